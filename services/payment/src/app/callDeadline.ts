/** One deadline for many calls. */
export interface CallDeadline {
  /** Aborts when the time has passed, or the process is closing. */
  readonly signal: AbortSignal;
  /** The call, or a rejection when the signal aborts: also when the call ignores it. */
  bound<T>(call: Promise<T>): Promise<T>;
  /** To be called when no call is waited for any more. */
  clear(): void;
}

export function startDeadline(timeoutMs: number, closing: AbortSignal): CallDeadline {
  const controller = new AbortController();
  const { signal } = controller;
  const passed = Promise.withResolvers<never>();
  passed.promise.catch(() => {}); // Whoever waits hears of it by the race.
  signal.addEventListener("abort", () => passed.reject(signal.reason));
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no answer within ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  const onClosing = () => controller.abort(closing.reason);
  if (closing.aborted) onClosing();
  closing.addEventListener("abort", onClosing);
  return {
    signal,
    bound: (call) => Promise.race([call, passed.promise]),
    clear: () => {
      clearTimeout(timer);
      closing.removeEventListener("abort", onClosing);
    },
  };
}
