import { createHash } from "node:crypto";

/** So many failed attempts at most in any window of that length. */
export interface AttemptLimit {
  readonly failures: number;
  readonly windowMs: number;
}

/**
 * How long to wait until another attempt is allowed; 0: it is now. A failure counts from its time until just before the end of
 * the window that begins with it. Unit: ms.
 */
export function waitMs(failedAt: readonly Date[], limit: AttemptLimit, now: Date): number {
  const counted = failedAt
    .map((at) => at.getTime() + limit.windowMs - now.getTime())
    .filter((leftMs) => leftMs > 0)
    .sort((a, b) => a - b);
  // When this one has left the window, one fewer than the limit are in it.
  return counted.at(-limit.failures) ?? 0;
}

/** What failures of an account are counted under. Not the address itself: people type passwords into the wrong field. */
export function accountKey(email: string): string {
  return `account:${createHash("sha256").update(email).digest("base64url")}`;
}

/**
 * What failures of a client are counted under: its IPv4 address, or the /64 network of its IPv6 address, all of which one client
 * usually has. The address must be a valid one.
 */
export function addressKey(address: string): string {
  if (!address.includes(":")) return `address:${address}`;
  const groups = ipv6Groups(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return `address:${ipv4Of(groups[6] ?? 0, groups[7] ?? 0)}`;
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `address:${network.join(":")}::/64`;
}

/** The eight groups of an IPv6 address, whichever way it is written. */
function ipv6Groups(address: string): readonly number[] {
  const [withoutZone = ""] = address.split("%");
  const canonical = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const before = groupsOf(head);
  if (tail === undefined) return before;
  const after = groupsOf(tail);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

const groupsOf = (text: string): number[] =>
  text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));

const ipv4Of = (high: number, low: number): string =>
  [high >> 8, high & 255, low >> 8, low & 255].join(".");
