import { hash } from "node:crypto";

/** How many ids a repeatable request may use up, when earlier ones were abandoned before they were stored. */
export const maxAttempts = 3;

/** How a request names its order. */
export type Naming =
  | { readonly kind: "named"; readonly orderId: string }
  | { readonly kind: "repeatable"; readonly userId: string; readonly requestId: string }
  | { readonly kind: "once"; readonly orderId: string };

/**
 * The id under which an order is tried to be stored for the first time (attempt 0) or once again; undefined when there is none left. A
 * repeatable request always has the same ones, so that a repeated or parallel request is the same order and the same hold.
 */
export function candidateOf(naming: Naming, attempt: number): string | undefined {
  switch (naming.kind) {
    case "named":
    case "once":
      return attempt === 0 ? naming.orderId : undefined;
    case "repeatable":
      if (attempt >= maxAttempts) return undefined;
      return derivedId(naming.userId, naming.requestId, attempt);
    default:
      return naming satisfies never;
  }
}

/**
 * A UUIDv8 (RFC 9562, section 5.8) made of SHA-256 over the parts, which no part can be mistaken for another in. When the request is named by
 * a UUIDv7, the id begins with its time: later orders sort after earlier ones, so that the indexes of a large store are written at their ends.
 */
function derivedId(userId: string, requestId: string, attempt: number): string {
  const digest = hash("sha256", JSON.stringify([userId, requestId, attempt]), "buffer");
  if (uuidV7.test(requestId)) digest.write(requestId.replace("-", ""), 0, timeBytes, "hex");
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(digest.toString("hex", 0, 16));
}

const uuidV7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;
/** What a UUIDv7 begins with: milliseconds since 1970. */
const timeBytes = 6;

function formatUuid(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
