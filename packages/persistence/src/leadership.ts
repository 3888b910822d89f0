import { backoff, type Logger, sleep } from "@waybill/chassis";
import { UnavailableError } from "./errors.ts";
import { openSession, type Session } from "./session.ts";
import type { ConnectionSettings } from "./settings.ts";

/** How often those who wait try the lock. A lost leader is replaced about that fast. */
const pollMs = 1_000;
const retryBackoff = { firstMs: 200, capMs: 5_000 };

export interface Elections extends AsyncDisposable {
  /** See Database. */
  whileLeader(name: string, signal: AbortSignal, work: Work): Promise<void>;
}

type Work = (signal: AbortSignal) => Promise<void>;

/** Elections among processes, by advisory locks of one session that this process shares. */
export function createElections(settings: ConnectionSettings, logger: Logger): Elections {
  const shared = sharedSession(settings);
  const led = new Set<string>(); // A session would get its own lock again.

  /** Whether the lock was won and the work has run to its end. */
  async function leadOnce(name: string, signal: AbortSignal, work: Work): Promise<boolean> {
    if (led.has(name)) return false;
    led.add(name);
    try {
      const session = await shared.open();
      if (!(await session.tryLock(name))) return false;
      logger.debug({ election: name }, "leading");
      await underLock(session, name, signal, work);
      return true;
    } finally {
      led.delete(name);
    }
  }

  async function whileLeader(name: string, signal: AbortSignal, work: Work): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let pauseMs = pollMs * (0.75 + 0.5 * Math.random());
      try {
        if (await leadOnce(name, signal, work)) failures = 0;
      } catch (error) {
        if (signal.aborted) return; // It ended because it was told to.
        pauseMs = backoff(failures, retryBackoff);
        logger.warn({ error, election: name }, "not leading, will contend again");
        failures += 1;
      }
      await sleep(pauseMs, signal).catch(() => {}); // Cut short by the signal, which is looked at.
    }
  }

  return { whileLeader, [Symbol.asyncDispose]: shared.close };
}

async function underLock(
  session: Session,
  name: string,
  signal: AbortSignal,
  work: Work,
): Promise<void> {
  try {
    await work(AbortSignal.any([signal, session.lost]));
    session.lost.throwIfAborted();
  } finally {
    if (!session.lost.aborted) await session.unlock(name);
  }
}

/** One session for all elections of a process, opened when first needed and again when lost. */
function sharedSession(settings: ConnectionSettings) {
  let current: Promise<Session> | undefined;
  let isClosed = false;
  const forget = (session: Promise<Session>) => {
    if (current === session) current = undefined;
  };
  return {
    open: (): Promise<Session> => {
      if (isClosed) return Promise.reject(new UnavailableError("The database has been closed"));
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
      isClosed = true;
      const session = await current?.catch(() => undefined);
      await session?.[Symbol.asyncDispose]();
    },
  };
}
