import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "./random.ts";

/** Sends the request of this number, from 0; intendedAt is when it should have been sent, by performance.now(). Never rejects. */
export type Send = (index: number, intendedAt: number) => Promise<void>;

/** Decides when each request is sent; resolves when all are answered. Rejects with the signal's reason when it aborts. */
export type Arrivals = (send: Send, signal: AbortSignal) => Promise<void>;

/** How long requests are sent: so many of them, or for so many ms. What is under way then is waited for. */
export interface Extent {
  readonly requests?: number;
  readonly durationMs?: number;
}

/** So many clients, each of which sends its next request when the one before is answered. */
export const closedLoop =
  ({ requests = Number.POSITIVE_INFINITY, durationMs }: Extent, concurrency: number): Arrivals =>
  async (send, signal) => {
    const end = performance.now() + (durationMs ?? Number.POSITIVE_INFINITY);
    let next = 0;
    const client = async () => {
      while (next < requests && performance.now() < end && !signal.aborted)
        await send(next++, performance.now());
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, requests) }, client));
    signal.throwIfAborted();
  };

/** So many requests per second on average, at times that know nothing of each other (a Poisson process) nor of answers. */
export const openLoop =
  (
    { requests = Number.POSITIVE_INFINITY, durationMs }: Extent,
    perSecond: number,
    random: Random,
  ): Arrivals =>
  async (send, signal) => {
    const start = performance.now();
    const end = start + (durationMs ?? Number.POSITIVE_INFINITY);
    const open = new Set<Promise<void>>();
    let intendedAt = start;
    for (let index = 0; index < requests; index++) {
      intendedAt += (-Math.log(1 - random()) * 1_000) / perSecond;
      if (intendedAt >= end) break;
      const waitMs = intendedAt - performance.now();
      if (waitMs > 0) await delay(waitMs, undefined, { signal });
      signal.throwIfAborted();
      const sent = send(index, intendedAt);
      open.add(sent);
      void sent.then(() => open.delete(sent));
    }
    await Promise.all(open);
    signal.throwIfAborted();
  };
