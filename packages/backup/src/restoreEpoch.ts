import { restorationsTable } from "@waybill/persistence/restoreEpoch";
import { databaseNames, databaseOf } from "@waybill/stack";
import pg from "pg";
import { BackupError } from "./takeBackup.ts";

export interface BeganEpoch {
  /** In s since 1970. */
  readonly epoch: bigint;
  readonly databases: readonly string[];
}

/** The URLs of all databases on one server. */
export const databasesOn = (serverUrl: string): readonly string[] =>
  databaseNames.map((name) => {
    const url = new URL(serverUrl);
    url.pathname = `/${databaseOf(name)}`;
    return url.href;
  });

/**
 * Tells databases, given by their URLs, that they were restored just now, so that the services take no event of the time before for one of
 * theirs. To be called once, for all of them, after they were restored to one common point and before any service starts. The epoch is later
 * than `after` and than any that they know, and `at` or later. Throws BackupError while one runs, or when a database cannot be reached; then none is marked.
 */
export async function beginRestoreEpoch(
  urls: readonly string[],
  after = 0n,
  at = new Date(),
): Promise<BeganEpoch> {
  await using open = new AsyncDisposableStack();
  const clients: pg.Client[] = [];
  for (const connectionString of urls) {
    const client = new pg.Client({ connectionString, application_name: "restore" });
    await client.connect().catch((error: Error) => {
      const { host, pathname } = new URL(connectionString);
      throw new BackupError(`${host}${pathname} cannot be reached: ${error.message}`);
    });
    open.defer(() => client.end());
    clients.push(client);
  }
  await expectNoService(clients);
  const known = await Promise.all(clients.map(lastEpoch));
  const now = BigInt(Math.floor(at.getTime() / 1_000));
  // Later than any before, also when the clock was set back meanwhile.
  const epoch = [after, ...known].map((last) => last + 1n).reduce((a, b) => (a > b ? a : b), now);
  for (const client of clients)
    await client.query("insert into restorations (epoch) values ($1)", [epoch]);
  return { epoch, databases: clients.map(({ database = "" }) => database) };
}

async function lastEpoch(client: pg.Client): Promise<bigint> {
  await client.query(restorationsTable);
  const { rows } = await client.query("select coalesce(max(epoch), 0) as epoch from restorations");
  return BigInt(rows[0].epoch);
}

/** A service that runs has read its epoch already, and goes on in the time before. */
async function expectNoService(clients: readonly pg.Client[]): Promise<void> {
  const connected = await Promise.all(clients.map(servicesOn));
  const services = new Set(connected.flat());
  services.delete("waybill-doctor");
  if (services.size === 0) return;
  const names = [...services].toSorted().join(", ");
  throw new BackupError(
    `These still run on the databases: ${names}. Stop all services, then try again.`,
  );
}

async function servicesOn(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
      where datname = current_database() and application_name like 'waybill-%'`,
  );
  return rows.map(({ name }) => name);
}
