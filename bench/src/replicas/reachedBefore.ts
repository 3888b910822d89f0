/** Whether the wait came to its end before that which has to go on meanwhile had ended; the wait is broken off then. */
export async function reachedBefore(
  ended: Promise<unknown>,
  wait: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const over = new AbortController();
  const reached = wait(over.signal).then(() => true);
  reached.catch(() => {}); // It may be broken off when nobody looks any more.
  try {
    return await Promise.race([ended.then(() => false), reached]);
  } finally {
    over.abort();
  }
}
