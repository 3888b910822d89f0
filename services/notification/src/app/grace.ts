/** A signal that aborts that long after another one. To be disposed of: the other one may live on for ever. */
export function abortAfter(signal: AbortSignal, ms: number): Disposable & { signal: AbortSignal } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => late.abort(), ms).unref();
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return {
    signal: late.signal,
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}
