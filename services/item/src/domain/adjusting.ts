import { maxOnHand, type StockedItem } from "./item.ts";

export type Adjustment =
  | { readonly kind: "adjusted"; readonly onHand: bigint }
  /** Fewer pieces would be on hand than are held. */
  | { readonly kind: "insufficient" }
  /** There would be more pieces than an item can have. */
  | { readonly kind: "tooMany" };

/** What an item's stock is after pieces came (positive) or went (negative). */
export function adjust(item: StockedItem, delta: bigint): Adjustment {
  const onHand = item.onHand + delta;
  if (onHand < item.held) return { kind: "insufficient" };
  return onHand > maxOnHand ? { kind: "tooMany" } : { kind: "adjusted", onHand };
}
