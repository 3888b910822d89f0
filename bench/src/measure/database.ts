import pg from "pg";

/** What PostgreSQL has done for the services since it started. */
export interface DatabaseCosts {
  /** That services sent, those that begin and end transactions included. */
  readonly statements: number;
  /** Transactions that wrote something: those that a flush to disk has to be waited for. */
  readonly commits: number;
  /** The write-ahead log, in bytes. */
  readonly walBytes: number;
}

/** Reads what PostgreSQL counts. */
export interface DatabaseMeter extends AsyncDisposable {
  read(): Promise<DatabaseCosts>;
}

/** The services' databases only, so that reading does not count. What PostgreSQL sums up per database comes 10 s late; these figures do not. */
const costs = `
  select
    (select coalesce(sum(calls), 0) from pg_stat_statements join pg_database on oid = dbid
      where toplevel and datname like 'waybill\\_%')::float8 as statements,
    pg_snapshot_xmax(pg_current_snapshot())::text::float8 as commits,
    (pg_current_wal_insert_lsn() - '0/0')::float8 as "walBytes"`;

/** Connects to the server of this URL, beside the services' databases. It must have been started to count statements. */
export async function databaseMeter(serverUrl: string): Promise<DatabaseMeter> {
  const url = new URL(serverUrl);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href, application_name: "waybill-bench" });
  client.on("error", () => {}); // The next reading fails with it.
  await client.connect();
  await client.query("create extension if not exists pg_stat_statements");
  return {
    read: async () => (await client.query<DatabaseCosts>(costs)).rows[0] as DatabaseCosts,
    [Symbol.asyncDispose]: () => client.end().catch(() => {}),
  };
}
