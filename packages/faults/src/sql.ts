import { setTimeout as delay } from "node:timers/promises";
import { type DatabaseName, databaseOf, type Stack } from "@waybill/stack";
import pg from "pg";

/** Another fault may have PostgreSQL down or paused: it is waited for, longer than any of them lasts. */
const WITHIN_MS = 90_000;
const ATTEMPT_MS = 5_000;
const RETRY_MS = 250;

/** Runs a statement in a service's database, past the service; again, when PostgreSQL is away. So it must be repeatable. */
export const onDatabase = <Row extends pg.QueryResultRow>(
  stack: Stack,
  database: DatabaseName,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> => patiently<Row>(stack.databaseUrl(database), text, parameters);

/** The same in the server's own database. */
export function onPostgres(
  stack: Stack,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<readonly pg.QueryResultRow[]> {
  const url = new URL(stack.databaseUrl("order"));
  url.pathname = url.pathname.replace(databaseOf("order"), "postgres");
  return patiently(url.href, text, parameters);
}

async function patiently<Row extends pg.QueryResultRow>(
  connectionString: string,
  text: string,
  parameters: readonly unknown[],
): Promise<readonly Row[]> {
  const deadline = performance.now() + WITHIN_MS;
  while (true) {
    const client = new pg.Client({
      connectionString,
      application_name: "waybill-faults",
      connectionTimeoutMillis: ATTEMPT_MS,
      query_timeout: ATTEMPT_MS,
    });
    client.on("error", () => {}); // The statement under way fails with it.
    try {
      await client.connect();
      return (await client.query<Row>(text, [...parameters])).rows;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(RETRY_MS);
    } finally {
      await client.end().catch(() => {});
    }
  }
}
