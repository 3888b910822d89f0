/**
 * Calls through at most once per interval and forgets the rest: for complaints about what is tried again every second. The first one comes through
 * at once.
 */
export function sparingly<Arguments extends readonly unknown[]>(
  intervalMs: number,
  complain: (...about: Arguments) => void,
  now: () => number = Date.now,
): (...about: Arguments) => void {
  let silentUntil = Number.NEGATIVE_INFINITY;
  return (...about) => {
    const time = now();
    if (time < silentUntil) return;
    silentUntil = time + intervalMs;
    complain(...about);
  };
}
