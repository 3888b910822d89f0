import { useSyncExternalStore } from "react";
import type { Item } from "./api.ts";

export interface BasketLine {
  readonly item: Item;
  readonly quantity: number;
}

interface Basket {
  readonly lines: readonly BasketLine[];
  /** Made with the basket and sent with every attempt to order it, so that it is ordered once. */
  readonly key: string;
}

const empty = (): Basket => ({ lines: [], key: crypto.randomUUID() });
let basket = empty();
const listeners = new Set<() => void>();

function become(next: Basket): void {
  basket = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useBasket = (): Basket => useSyncExternalStore(subscribe, () => basket);

/** Sets how many pieces are wanted; other content is another order. */
export function want(item: Item, quantity: number): void {
  const others = basket.lines.filter((line) => line.item.itemId !== item.itemId);
  become({
    lines: quantity > 0 ? [...others, { item, quantity }] : others,
    key: crypto.randomUUID(),
  });
}

export const wanted = (lines: readonly BasketLine[], itemId: string): number =>
  lines.find(({ item }) => item.itemId === itemId)?.quantity ?? 0;

export const emptyBasket = (): void => become(empty());
