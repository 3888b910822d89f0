import type { Address, Line, PricedLine } from "./order.ts";

/** What the orders of one answer may take: with all else, well below the largest message. Unit: bytes. */
export const maxAnswerBytes = 3 * 1024 * 1024;

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

/** How many of these, from the first on, fit into one answer; one always does. */
export function countFitting(sizes: readonly number[]): number {
  let left = maxAnswerBytes;
  const tooMany = sizes.findIndex((size, index) => {
    left -= size;
    return left < 0 && index > 0;
  });
  return tooMany === -1 ? sizes.length : tooMany;
}
