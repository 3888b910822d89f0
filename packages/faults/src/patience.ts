/** Waits so long, or until the signal aborts, whatever comes first. Never rejects. */
export function lasting(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/** A duration for people: "2.5 s". */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
