/** Sends the order of this number, from 0; intendedAt is when it should have been sent, by performance.now(). Never rejects. */
export type Send = (index: number, intendedAt: number) => Promise<void>;

/** Decides when each order is sent; resolves when all are answered. Rejects with the signal's reason when it aborts. */
export type Arrivals = (send: Send, signal: AbortSignal) => Promise<void>;

/** So many clients, each of which sends its next order when the one before is answered. */
export const closedLoop =
  (orders: number, concurrency: number): Arrivals =>
  async (send, signal) => {
    let next = 0;
    const client = async () => {
      while (next < orders && !signal.aborted) await send(next++, performance.now());
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, orders) }, client));
    signal.throwIfAborted();
  };

/** The same for a while: nothing is sent after so many ms, what is under way then is waited for. */
export const closedLoopFor =
  (durationMs: number, concurrency: number): Arrivals =>
  async (send, signal) => {
    const end = performance.now() + durationMs;
    let next = 0;
    const client = async () => {
      while (performance.now() < end && !signal.aborted) await send(next++, performance.now());
    };
    await Promise.all(Array.from({ length: concurrency }, client));
    signal.throwIfAborted();
  };
