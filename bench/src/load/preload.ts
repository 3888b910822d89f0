import type { DatabaseName, Stack } from "@waybill/stack";
import pg from "pg";
import { type Preloaded, preloadTables } from "./preloadTables.ts";

/** Enough to make each statement worth its while, few enough to see it go on. */
const chunkOrders = 20_000;
/** The finished orders were placed in the course of so many days, up to an hour ago. */
const spreadMs = 20 * 24 * 3_600_000;
const ageMs = 3_600_000;

export interface PreloadOptions {
  readonly preload: number;
  readonly items: number;
  readonly lines: number;
}

/**
 * Puts finished orders into the services' databases, as if they had been placed and delivered before. Their catalogue must be there, and
 * nobody may be using the stack. Told is how many there are so far.
 */
export async function preload(
  stack: Stack,
  { preload: count, items, lines }: PreloadOptions,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const databases = new Map<DatabaseName, pg.Client>();
  for (const { database } of preloadTables) {
    if (databases.has(database)) continue;
    const client = await connect(stack.databaseUrl(database));
    cleanUp.defer(() => client.end());
    databases.set(database, client);
  }
  const stepMs = spreadMs / count;
  const since = new Date(Date.now() - ageMs - spreadMs).toISOString();
  for (let from = 0; from < count; from += chunkOrders) {
    const to = Math.min(from + chunkOrders, count) - 1;
    await insert(databases, { from, to, since, stepMs, items, lines }, signal);
    say(`${(to + 1).toLocaleString("en-US")} finished orders in the store`);
  }
  await inAll(databases, (client) => client.query("vacuum (analyze)"));
  await inAll(databases, (client) => client.query("checkpoint")); // So that none begins while orders are measured.
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: "waybill-bench" });
  await client.connect();
  await client.query("set session_replication_role = replica"); // The rows refer to each other rightly: no need to check each.
  return client;
}

/** Different databases at once, the tables of one after each other. */
const insert = (
  databases: ReadonlyMap<DatabaseName, pg.Client>,
  preloaded: Preloaded,
  signal: AbortSignal,
): Promise<void> =>
  inAll(databases, async (client, name) => {
    for (const { database, statement } of preloadTables) {
      signal.throwIfAborted();
      if (database === name) await client.query(statement(preloaded));
    }
  });

async function inAll(
  databases: ReadonlyMap<DatabaseName, pg.Client>,
  work: (client: pg.Client, name: DatabaseName) => Promise<unknown>,
): Promise<void> {
  await Promise.all([...databases].map(([name, client]) => work(client, name)));
}
