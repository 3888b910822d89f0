import { backoff, type Logger, sleep } from "@waybill/chassis";
import { openSession, type Session } from "./session.ts";
import type { ConnectionSettings } from "./settings.ts";

/** How often those who wait try the lock. A lost leader is replaced about that fast. */
const pollMs = 1_000;
const retryBackoff = { firstMs: 200, capMs: 5_000 };

export interface Elections extends AsyncDisposable {
  whileLeader(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
}

/** Elections among processes, by advisory locks of one session that this process shares. */
export function createElections(settings: ConnectionSettings, logger: Logger): Elections {
  const shared = sharedSession(settings);
  const led = new Set<string>(); // A session would get its own lock again.
  return {
    whileLeader: async (name, signal, work) => {
      for (let failures = 0; !signal.aborted; ) {
        try {
          if (await leadOnce(name, signal, work, shared.open, led)) failures = 0;
          await sleep(pollMs * (0.75 + 0.5 * Math.random()), signal);
        } catch (error) {
          if (signal.aborted) return;
          logger.warn({ error, election: name }, `${name}: not leading, will contend again`);
          await sleep(backoff(failures, retryBackoff), signal).catch(() => {});
          failures += 1;
        }
      }
    },
    [Symbol.asyncDispose]: shared.close,
  };
}

/** Whether the lock was won and the work has run to its end. */
async function leadOnce(
  name: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
  open: () => Promise<Session>,
  led: Set<string>,
): Promise<boolean> {
  const session = await open();
  if (led.has(name) || !(await session.tryLock(name))) return false;
  led.add(name);
  try {
    await work(AbortSignal.any([signal, session.lost]));
    session.lost.throwIfAborted();
    return true;
  } finally {
    led.delete(name);
    if (!session.lost.aborted) await session.unlock(name);
  }
}

/** One session for all elections of a process, opened when first needed and again when lost. */
function sharedSession(settings: ConnectionSettings) {
  let current: Promise<Session> | undefined;
  const forget = (session: Promise<Session>) => {
    if (current === session) current = undefined;
  };
  return {
    open: (): Promise<Session> => {
      if (current !== undefined) return current;
      const opening = openSession(settings);
      current = opening;
      opening.then(
        (session) => session.lost.addEventListener("abort", () => forget(opening)),
        () => forget(opening),
      );
      return opening;
    },
    close: async (): Promise<void> => {
      const session = await current?.catch(() => undefined);
      await session?.[Symbol.asyncDispose]();
    },
  };
}
