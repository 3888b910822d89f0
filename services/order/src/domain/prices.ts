import type { Order, PricedLine, Prices } from "./order.ts";

/** Prices fit an order when they are for exactly its lines. */
export function fitLines(order: Order, prices: Prices): boolean {
  const quantities = new Map(prices.lines.map((line) => [line.itemId, line.quantity]));
  const { lines } = order.content;
  return (
    prices.lines.length === lines.length &&
    lines.every((line) => quantities.get(line.itemId) === line.quantity)
  );
}

/** What all lines cost together, in minor units of their currency. */
export function sumOf(lines: readonly Pick<PricedLine, "quantity" | "unitPrice">[]): bigint {
  return lines.reduce(
    (sum, { quantity, unitPrice }) => sum + BigInt(quantity) * unitPrice.minorUnits,
    0n,
  );
}
