import { backoff, sleep } from "@waybill/chassis";
import { isUnavailable, Refusal } from "@waybill/rpc";

/** A service that was killed is back within seconds; a minute is longer than any of them takes. */
const GIVE_UP_AFTER_MS = 60_000;
const retries = { firstMs: 100, capMs: 2_000 } as const;

/**
 * Repeats a call as a good client does: the very same request, after a wait, while the service says that it is not available or says nothing
 * at all. Only for calls that may be repeated. `onRepeat` is told of each repetition. Throws other refusals at once, and the last one after a minute.
 */
export async function persistently<Answer>(
  call: () => Promise<Answer>,
  onRepeat: () => void = () => {},
): Promise<Answer> {
  const deadline = performance.now() + GIVE_UP_AFTER_MS;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error;
      const told = error instanceof Refusal ? (error.retryDelayMs ?? 0) : 0;
      await sleep(Math.max(told, backoff(attempt, retries)));
      onRepeat();
    }
  }
}
