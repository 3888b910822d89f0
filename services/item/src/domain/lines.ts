import type { RequestedLine } from "./reservation.ts";

/** The most pieces of one item in one reservation. */
export const maxQuantity = 10_000;

export type MergedLines =
  | { readonly kind: "merged"; readonly lines: readonly RequestedLine[] }
  /** An item's pieces add up to too many; named by the lines where it stands first. */
  | { readonly kind: "tooMany"; readonly lines: readonly RequestedLine[] };

/** Adds up the lines of the same item, and sorts them by item id, so that equal requests are equal. */
export function mergeLines(
  lines: readonly { readonly itemId: string; readonly quantity: number }[],
): MergedLines {
  const merged = new Map<string, RequestedLine>();
  for (const [index, { itemId, quantity }] of lines.entries()) {
    const before = merged.get(itemId) ?? { itemId, quantity: 0, position: index };
    merged.set(itemId, { ...before, quantity: before.quantity + quantity });
  }
  const sorted = [...merged.values()].sort((a, b) => (a.itemId < b.itemId ? -1 : 1));
  const tooMany = sorted.filter((line) => line.quantity > maxQuantity);
  return tooMany.length > 0
    ? { kind: "tooMany", lines: tooMany }
    : { kind: "merged", lines: sorted };
}
