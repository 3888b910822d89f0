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

/** A UUIDv8 (RFC 9562, section 5.8) made of SHA-256 over the parts, which no part can be mistaken for another in. */
function derivedId(userId: string, requestId: string, attempt: number): string {
  const digest = hash("sha256", JSON.stringify([userId, requestId, attempt]), "buffer");
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(digest.toString("hex", 0, 16));
}

/** A UUIDv7 (RFC 9562, section 5.7): ids of later orders sort after those of earlier ones. */
export function timeOrderedId(now: Date, random: Uint8Array): string {
  const bytes = Buffer.from(random.subarray(0, 16));
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes.toString("hex", 0, 16));
}

function formatUuid(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
