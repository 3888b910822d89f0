import type { DatabaseName, Stack } from "@waybill/stack";
import pg from "pg";
import { withoutIndexes } from "./indexes.ts";
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
  const progress = progressOf([...databases.keys()], count, say);
  await inAll(databases, (client, name) =>
    withoutIndexes(client, async () => {
      for (let from = 0; from < count; from += chunkOrders) {
        const to = Math.min(from + chunkOrders, count) - 1;
        await insert(client, name, { from, to, since, stepMs, items, lines }, signal);
        progress(name, to + 1);
      }
    }),
  );
  say("their indexes are made");
  await inAll(databases, (client) => client.query("vacuum (analyze)"));
  await inAll(databases, (client) => client.query("checkpoint")); // So that none begins while orders are measured.
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: "waybill-bench" });
  await client.connect();
  await client.query("set session_replication_role = replica"); // The rows refer to each other rightly: no need to check each.
  return client;
}

async function insert(
  client: pg.Client,
  name: DatabaseName,
  preloaded: Preloaded,
  signal: AbortSignal,
): Promise<void> {
  for (const { database, statement } of preloadTables) {
    signal.throwIfAborted();
    if (database === name) await client.query(statement(preloaded));
  }
}

/** Tells every tenth of the way how many orders all databases have. */
function progressOf(
  names: readonly DatabaseName[],
  count: number,
  say: (text: string) => void,
): (name: DatabaseName, filled: number) => void {
  const filled = new Map(names.map((name) => [name, 0]));
  let told = 0;
  return (name, orders) => {
    filled.set(name, orders);
    const inAllOfThem = Math.min(...filled.values());
    if (inAllOfThem - told < count / 10 && inAllOfThem < count) return;
    told = inAllOfThem;
    say(`${told.toLocaleString("en-US")} finished orders in the store`);
  };
}

/** Different databases at once. */
async function inAll(
  databases: ReadonlyMap<DatabaseName, pg.Client>,
  work: (client: pg.Client, name: DatabaseName) => Promise<unknown>,
): Promise<void> {
  await Promise.all([...databases].map(([name, client]) => work(client, name)));
}
