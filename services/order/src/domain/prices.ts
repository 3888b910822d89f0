import type { Order, Prices } from "./order.ts";

/** Prices fit an order when they are for exactly its lines. */
export function fitLines(order: Order, prices: Prices): boolean {
  const quantities = new Map(prices.lines.map((line) => [line.itemId, line.quantity]));
  const { lines } = order.content;
  return (
    quantities.size === lines.length &&
    lines.every((line) => quantities.get(line.itemId) === line.quantity)
  );
}
