import { createLogger } from "@waybill/chassis";
import { testServers } from "@waybill/stack";
import { type Database, type DatabaseOptions, migration, openDatabase } from "../src/index.ts";

export const logger = createLogger("persistence-test", { level: "silent", format: "json" });

/** A table of parcels, as plain as they come. */
export const parcels = migration(
  "0001_parcels",
  `create table parcels (
     id text primary key, grams bigint not null, sent_at timestamptz, label jsonb, price numeric
   )`,
);

/** A database of its own for a test, on the shared server unless a URL is given. */
export async function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const url = options.url ?? (await (await testServers()).databaseUrl("persistence"));
  return await openDatabase({
    url,
    poolSize: 4,
    entities: [],
    migrations: [parcels],
    applicationName: "persistence-test",
    logger,
    ...options,
  });
}

/** Looks every few milliseconds until the condition holds; rejects when it never does. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  withinMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The error that a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It was expected to fail");
}
