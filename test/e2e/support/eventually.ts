import { setTimeout as delay } from "node:timers/promises";

const defaultWithinMs = 30_000;
const pollMs = 50;

/**
 * Asks again and again until the answer is neither undefined nor false, and answers it. An error counts as "not yet". Throws when that
 * takes too long, with what was found last.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = defaultWithinMs,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  while (true) {
    let problem = "";
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      problem = `: ${error}`;
    }
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${withinMs} ms${problem}`);
    await delay(pollMs);
  }
}
