import { restorationsTable } from "@waybill/persistence/restoreEpoch";
import { databaseNames, databaseOf } from "@waybill/stack";
import pg from "pg";
import { BackupError } from "./takeBackup.ts";

export interface BeganEpoch {
  /** In s since 1970. */
  readonly epoch: bigint;
  readonly databases: readonly string[];
}

/**
 * Tells all databases of a server that they were restored just now, so that the services take no event of the time before for one of theirs. To
 * be called after all of them were restored to one common point and before any service starts. Throws BackupError while one runs.
 */
export async function beginRestoreEpoch(urlOf: (database: string) => string): Promise<BeganEpoch> {
  const databases = databaseNames.map(databaseOf);
  await using open = new AsyncDisposableStack();
  const clients: pg.Client[] = [];
  for (const database of databases) {
    const client = new pg.Client({
      connectionString: urlOf(database),
      application_name: "restore",
    });
    await client.connect();
    open.defer(() => client.end());
    clients.push(client);
  }
  await expectNoService(clients);
  const known = await Promise.all(clients.map(lastEpoch));
  const now = BigInt(Math.floor(Date.now() / 1_000));
  // Later than any before, also when the clock was set back meanwhile.
  const epoch = [now, ...known.map((last) => last + 1n)].reduce((a, b) => (a > b ? a : b));
  for (const client of clients)
    await client.query("insert into restorations (epoch) values ($1)", [epoch]);
  return { epoch, databases };
}

async function lastEpoch(client: pg.Client): Promise<bigint> {
  await client.query(restorationsTable);
  const { rows } = await client.query("select coalesce(max(epoch), 0) as epoch from restorations");
  return BigInt(rows[0].epoch);
}

/** A service that runs has read its epoch already, and goes on in the time before. */
async function expectNoService(clients: readonly pg.Client[]): Promise<void> {
  const { rows = [] } =
    (await clients[0]?.query<{ name: string }>(
      "select distinct application_name as name from pg_stat_activity where application_name like 'waybill-%' order by 1",
    )) ?? {};
  const services = rows.map(({ name }) => name).filter((name) => name !== "waybill-doctor");
  if (services.length === 0) return;
  throw new BackupError(
    `These still run on the databases: ${services.join(", ")}. Stop all services, then try again.`,
  );
}
