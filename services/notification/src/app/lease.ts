import { randomUUID } from "node:crypto";

/** For how long a process may send what it has taken; then others take it. */
export interface Lease {
  readonly id: string;
  /** Unit: ms. */
  readonly ms: number;
  /** No attempt begins after this. By performance.now(). */
  readonly lastStart: number;
  /** Aborts when the lease ends. */
  readonly ended: AbortSignal;
}

/** How much of a lease is left for recording the outcome of the last attempt in it. Unit: ms. */
const marginMs = 5_000;

/** Begins now. Default: long enough for a batch. */
export function beginLease(
  attemptTimeoutMs: number,
  ms: number = 2 * attemptTimeoutMs + marginMs,
): Lease {
  const lastStart = performance.now() + ms - attemptTimeoutMs - marginMs;
  return { id: randomUUID(), ms, lastStart, ended: AbortSignal.timeout(ms) };
}
