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

/** A basket that is being ordered, and by whom. */
export interface BegunOrder extends Required<Basket> {
  readonly userId: string;
}

const empty: Basket = { lines: [], paymentMethod: "pm_ok" };
const basket = makeStore<Basket>(empty);
let owner = "";

export const useBasket = basket.use;

const placeOf = (userId: string) => `waybill-basket-${userId}`;

/** What this user has in the basket, whichever tab has put it there. */
function kept(userId: string): Basket {
  const text = localStorage.getItem(placeOf(userId));
  return text === null ? empty : { ...empty, ...(JSON.parse(text) as Basket) };
}

/** Opens the basket that this user has left in this browser. */
export function openBasket(userId: string): void {
  if (userId === owner) return;
  owner = userId;
  basket.set(kept(userId));
}

/** Shows what another tab has made of the basket; `key` is what changed in local storage, null for everything. */
export function adoptBasket({ key }: Pick<StorageEvent, "key">): void {
  if (key === null || key === placeOf(owner)) basket.set(kept(owner));
}

function become(next: Basket, userId = owner): void {
  localStorage.setItem(placeOf(userId), JSON.stringify(next));
  if (userId === owner) basket.set(next);
}

/** Sets how many pieces are wanted. */
export function want(item: BasketItem, quantity: number): void {
  const { key, ...now } = kept(owner);
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
  const now = kept(owner);
  if (now.key === undefined) become({ ...now, paymentMethod });
}

/** Begins to order what is in the basket: from now on it is sent under one key. */
export function beginOrder(): BegunOrder {
  const now = kept(owner);
  const begun = { ...now, key: now.key ?? crypto.randomUUID() };
  become(begun);
  return { ...begun, userId: owner };
}

/** The order that was begun and whose fate is not known, if there is one. */
export function begunOrder(): BegunOrder | undefined {
  const { key, ...now } = kept(owner);
  return key === undefined ? undefined : { ...now, key, userId: owner };
}

/** Whether this order's fate is still to be learnt: nobody has been told, in any tab. */
export const isAwaited = ({ userId, key }: BegunOrder): boolean => kept(userId).key === key;

/** It is placed: what comes next is another order. */
export function orderPlaced(order: BegunOrder): void {
  if (isAwaited(order)) become(empty, order.userId);
}

/** It is refused, and nothing was placed: the basket may be changed and ordered anew. */
export function orderRefused(order: BegunOrder): void {
  if (!isAwaited(order)) return;
  const { key: _, ...rest } = kept(order.userId);
  become(rest, order.userId);
}

export const quantityOf = (lines: readonly BasketLine[], itemId: string): number =>
  lines.find(({ item }) => item.itemId === itemId)?.quantity ?? 0;

export const piecesIn = (lines: readonly BasketLine[]): number =>
  lines.reduce((sum, { quantity }) => sum + quantity, 0);
