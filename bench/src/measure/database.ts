import pg from "pg";
import type { Counted } from "./counted.ts";

/** What PostgreSQL has done for the services since it started. */
export interface DatabaseCosts {
  /** That services sent, those that begin and end transactions included. */
  readonly statements: number;
  /** Transactions that wrote something: those that a flush to disk has to be waited for. */
  readonly commits: number;
  /** The write-ahead log, in bytes. */
  readonly walBytes: number;
}

/** The name that statements are counted under, by database. */
export const statementsMetric = "statements";

/** Reads what PostgreSQL counts. */
export interface DatabaseMeter extends AsyncDisposable {
  read(): Promise<{ readonly costs: DatabaseCosts; readonly statements: readonly Counted[] }>;
}

/** The services' databases only, so that reading does not count. */
const statementCounts = `
  select substr(datname, 9) as of, sum(calls)::float8 as calls
  from pg_stat_statements join pg_database on oid = dbid
  where toplevel and datname like 'waybill\\_%' group by datname`;

/** What PostgreSQL sums up per database comes 10 s late; these figures do not. */
const writeCosts = `
  select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as commits,
    (pg_current_wal_insert_lsn() - '0/0')::float8 as "walBytes"`;

interface StatementCount {
  readonly of: string;
  readonly calls: number;
}

/** Connects to the server of this URL, beside the services' databases. It must have been started to count statements. */
export async function databaseMeter(serverUrl: string): Promise<DatabaseMeter> {
  const url = new URL(serverUrl);
  url.pathname = "/postgres";
  const client = new pg.Client({ connectionString: url.href, application_name: "waybill-bench" });
  client.on("error", () => {}); // The next reading fails with it.
  await client.connect();
  await client.query("create extension if not exists pg_stat_statements");
  return {
    read: async () => {
      const { rows } = await client.query<StatementCount>(statementCounts);
      const [written] = (await client.query<Omit<DatabaseCosts, "statements">>(writeCosts)).rows;
      const { commits = 0, walBytes = 0 } = written ?? {};
      const statements = rows.map(({ of, calls }): Counted => {
        return { metric: statementsMetric, of, count: calls, sum: calls };
      });
      const all = statements.reduce((sum, { count }) => sum + count, 0);
      return { costs: { statements: all, commits, walBytes }, statements };
    },
    [Symbol.asyncDispose]: () => client.end().catch(() => {}),
  };
}
