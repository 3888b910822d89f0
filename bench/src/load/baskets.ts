import type { Random } from "./random.ts";

/**
 * Which items orders ask for: all equally often; the nth most popular one about 1/n as often as the first, as in shops; or one of them in
 * every order.
 */
export const basketKinds = ["uniform", "zipf", "hot"] as const;
export type BasketKind = (typeof basketKinds)[number];

/** The contracts' limit. */
export const maxLinesPerOrder = 100;

const maxQuantity = 3;
/** YCSB's exponent. */
const zipfExponent = 0.99;

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
  const uniform = () => Math.floor(random() * items);
  const anyItem = kind === "zipf" ? zipf(items, random) : uniform;
  const firstItem = kind === "hot" ? () => 0 : anyItem;
  return () => {
    const chosen = new Set([firstItem()]);
    while (chosen.size < lines) chosen.add(anyItem());
    return [...chosen].map((item) => ({ item, quantity: 1 + Math.floor(random() * maxQuantity) }));
  };
}

/** Draws items by Zipf's law, item 0 most often. */
function zipf(items: number, random: Random): () => number {
  const upTo = new Float64Array(items);
  let total = 0;
  for (let item = 0; item < items; item++) {
    total += 1 / (item + 1) ** zipfExponent;
    upTo[item] = total;
  }
  return () => firstAbove(upTo, random() * total);
}

/** The index of the first of these rising sums that is greater. */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
