import { baskets, itemId, ordersOf, seededRandom } from "@waybill/bench";
import type { Ordered } from "./facts/books.ts";
import type { PlacedOrder } from "./facts/order.ts";
import type { CatalogueItem } from "./facts/tables.ts";

export const itemCount = 1_000;
export const linesPerOrder = 2;
/** No order is refused for want of stock. */
const stockOfEach = 1_000_000_000;
/** Any number; the same one always, so that every contender gets the same orders but for their ids. */
const seed = 20_261_120;

const priceOf = (index: number): number => 100 + index;

/** The catalogue of Waybill's benchmark. */
export const catalogue: readonly CatalogueItem[] = Array.from(
  { length: itemCount },
  (_, index) => ({
    itemId: itemId(index),
    price: priceOf(index),
    onHand: stockOfEach,
  }),
);

/** So many orders of Waybill's benchmark, all items equally often. */
export function ordersFor(count: number): PlacedOrder[] {
  const random = seededRandom(seed);
  const fill = baskets("uniform", { items: itemCount, lines: linesPerOrder, random });
  const order = ordersOf(fill, random);
  return Array.from({ length: count }, () => {
    const { requestId, userId, lines } = order();
    const wanted = lines.map(({ itemId, quantity }) => ({ itemId, quantity }));
    return { orderId: requestId, userId, lines: wanted };
  });
}

/** What these orders come to. */
export function sumOf(orders: readonly PlacedOrder[]): Ordered {
  const prices = new Map(catalogue.map(({ itemId, price }) => [itemId, price]));
  const lines = orders.flatMap((order) => order.lines);
  return {
    orders: orders.length,
    pieces: lines.reduce((sum, line) => sum + line.quantity, 0),
    total: lines.reduce((sum, line) => sum + line.quantity * (prices.get(line.itemId) ?? 0), 0),
  };
}
