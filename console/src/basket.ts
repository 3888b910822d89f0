import type { Item } from "./api.ts";
import { makeStore } from "./store.ts";

export type BasketItem = Pick<
  Item,
  "itemId" | "itemName" | "unitPrice" | "currency" | "availableQty"
>;

export interface BasketLine {
  readonly item: BasketItem;
  readonly quantity: number;
}

export interface Basket {
  readonly lines: readonly BasketLine[];
  readonly paymentMethod: string;
  /**
   * Sent with the order, again and again until its fate is known, so that it is placed once, also
   * after a reload. While there is one, the basket keeps its content.
   */
  readonly key?: string;
}

const empty: Basket = { lines: [], paymentMethod: "pm_ok" };
const basket = makeStore<Basket>(empty);
let owner = "";

export const useBasket = basket.use;

const placeOf = (userId: string) => `waybill-basket-${userId}`;

/** Opens the basket that this user has left in this browser. */
export function openBasket(userId: string): void {
  if (userId === owner) return;
  owner = userId;
  const kept = localStorage.getItem(placeOf(userId));
  basket.set(kept === null ? empty : { ...empty, ...(JSON.parse(kept) as Basket) });
}

function become(next: Basket): void {
  localStorage.setItem(placeOf(owner), JSON.stringify(next));
  basket.set(next);
}

/** Sets how many pieces are wanted. */
export function want(item: BasketItem, quantity: number): void {
  const { key, ...now } = basket.get();
  if (key === undefined) become({ ...now, lines: withLine(now.lines, item, quantity) });
}

/** The lines with this many pieces of the item, where they were. */
export function withLine(
  lines: readonly BasketLine[],
  item: BasketItem,
  quantity: number,
): readonly BasketLine[] {
  const isIn = lines.some((line) => line.item.itemId === item.itemId);
  const all = isIn ? lines : [...lines, { item, quantity }];
  return all
    .map((line) => (line.item.itemId === item.itemId ? { item, quantity } : line))
    .filter((line) => line.quantity > 0);
}

export function payBy(paymentMethod: string): void {
  const now = basket.get();
  if (now.key === undefined) become({ ...now, paymentMethod });
}

/** Begins to order what is in the basket: from now on it is sent under one key. */
export function beginOrder(): Required<Basket> {
  const now = basket.get();
  const begun = { ...now, key: now.key ?? crypto.randomUUID() };
  if (now.key === undefined) become(begun);
  return begun;
}

/** It is placed: what comes next is another order. */
export const orderPlaced = (): void => become(empty);

/** It is refused, and nothing was placed: the basket may be changed and ordered anew. */
export function orderRefused(): void {
  const { key: _, ...rest } = basket.get();
  become(rest);
}

export const quantityOf = (lines: readonly BasketLine[], itemId: string): number =>
  lines.find(({ item }) => item.itemId === itemId)?.quantity ?? 0;

export const piecesIn = (lines: readonly BasketLine[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
