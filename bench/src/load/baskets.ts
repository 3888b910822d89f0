import type { Random } from "./random.ts";

/** Which items orders ask for: all equally often, or one of them in every order. */
export type BasketKind = "uniform" | "hot";

/** The contracts' limit. */
export const maxLinesPerOrder = 100;

const maxQuantity = 3;

export interface BasketLine {
  /** Counts the items of the catalogue, from 0. */
  readonly item: number;
  readonly quantity: number;
}

/** Fills the basket of one order. */
export type Baskets = () => readonly BasketLine[];

/** Baskets with so many lines, each of another item; lines must not exceed items. */
export function baskets(
  kind: BasketKind,
  { items, lines, random }: { items: number; lines: number; random: Random },
): Baskets {
  const anyItem = () => Math.floor(random() * items);
  const firstItem = kind === "hot" ? () => 0 : anyItem;
  return () => {
    const chosen = new Set([firstItem()]);
    while (chosen.size < lines) chosen.add(anyItem());
    return [...chosen].map((item) => ({ item, quantity: 1 + Math.floor(random() * maxQuantity) }));
  };
}
