import type { Address, Line, PricedLine } from "./order.ts";

/** Ids, times, money and tags; an address at its limits. Unit: bytes. */
const orderBytes = 600;
const addressBytes = 4_096;
/** Quantity, price and tags. Unit: bytes. */
const lineBytes = 48;

/** At most so much does an order take in an answer. Unit: bytes. */
export function sizeOf(
  lines: readonly (Line & Partial<Pick<PricedLine, "name">>)[],
  shipTo: Address | undefined,
): number {
  return lines.reduce(
    (bytes, { itemId, name = "" }) => bytes + lineBytes + itemId.length + Buffer.byteLength(name),
    shipTo === undefined ? orderBytes : orderBytes + addressBytes,
  );
}
