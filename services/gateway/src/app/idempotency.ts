import { createHash, randomUUIDv7 } from "node:crypto";
import { isId } from "@waybill/contracts/ids";

/** The longest Idempotency-Key that is taken. Unit: characters. */
export const maxKeyLength = 255;

/** The request_id of a key: itself when it is an id already, else its hash, which is one. */
export const requestIdOf = (key: string): string =>
  isId(key) ? key : createHash("sha256").update(key).digest("hex");

/**
 * What makes an order repeatable. An order that the client names is the same order whenever it is
 * named again, whatever key comes with it: so orderId wins, and the key is left out. Otherwise the
 * key does it.
 */
export function orderKey(
  orderId: string | undefined,
  key: string | undefined,
): { orderId: string; requestId: string } {
  if (orderId !== undefined) return { orderId, requestId: "" };
  return { orderId: "", requestId: key === undefined ? "" : requestIdOf(key) };
}

/**
 * The key's request_id, or without one a new one: the request stands for itself, and a call that is
 * repeated on the way to the service is still the same request.
 */
export const neededRequestId = (key: string | undefined): string =>
  key === undefined ? randomUUIDv7() : requestIdOf(key);
