import { Client } from "pg";
import { asUnavailable } from "./errors.ts";
import { type ConnectionSettings, connectionConfig } from "./settings.ts";

/** How often a held session is asked whether it still lives, and how long it may take to answer. */
const heartbeatMs = 5_000;

/** A connection of its own, outside the pool, for locks that live as long as the connection. */
export interface Session extends AsyncDisposable {
  /** Aborted once the connection, and so every lock of it, is lost or closed. */
  readonly lost: AbortSignal;
  /** Whether the lock was free and is now held. Never waits. Counted: do not take it twice. */
  tryLock(name: string): Promise<boolean>;
  unlock(name: string): Promise<void>;
}

/** Connects. Throws UnavailableError if that fails. */
export async function openSession(settings: ConnectionSettings): Promise<Session> {
  const client = new Client({ ...connectionConfig(settings), query_timeout: heartbeatMs });
  const lost = new AbortController();
  const lose = (error: unknown) => {
    clearInterval(heartbeat);
    lost.abort(asUnavailable(error));
  };
  const ask = asker(client, lose);
  const heartbeat = setInterval(() => void ask("select 1", []).catch(() => {}), heartbeatMs);
  client.on("error", lose);
  client.on("end", () => lose(new Error("Connection terminated")));
  try {
    await client.connect();
  } catch (error) {
    lose(error);
    throw asUnavailable(error);
  }
  return {
    lost: lost.signal,
    tryLock: async (name) =>
      (await ask("select pg_try_advisory_lock(hashtextextended($1, 0)) as yes", [name])) === true,
    unlock: async (name) => {
      await ask("select pg_advisory_unlock(hashtextextended($1, 0)) as yes", [name]);
    },
    [Symbol.asyncDispose]: async () => {
      await client.end().catch(() => {}); // Lost already, which is as good.
    },
  };
}

/** Queries one at a time. A session that failed to answer one counts as lost. */
function asker(client: Client, lose: (error: unknown) => void) {
  let last: Promise<unknown> = Promise.resolve();
  return (text: string, values: unknown[]): Promise<unknown> => {
    const answer = last.then(async () => {
      try {
        return (await client.query<{ yes?: boolean }>(text, values)).rows[0]?.yes;
      } catch (error) {
        lose(error);
        void client.end().catch(() => {});
        throw asUnavailable(error);
      }
    });
    last = answer.catch(() => {});
    return answer;
  };
}
