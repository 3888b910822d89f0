import type { DatabaseName, Stack } from "@waybill/stack";
import { Client } from "pg";

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement in a service's database, past the service. */
export async function query<R extends Row = Row>(
  stack: Stack,
  database: DatabaseName,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<readonly R[]> {
  const client = await connect(stack, database);
  try {
    return (await client.query<R>(text, [...parameters])).rows;
  } finally {
    await client.end();
  }
}

/** A lock on a table that is held until it is released, so that whoever writes to the table waits. */
export interface TableLock {
  /** How many sessions wait for it. */
  waiting(): Promise<number>;
  release(): Promise<void>;
}

/** Makes everybody who writes to the table wait; readers do not. */
export async function lockTable(
  stack: Stack,
  database: DatabaseName,
  table: string,
): Promise<TableLock> {
  const client = await connect(stack, database);
  await client.query(`begin; lock table ${table} in exclusive mode`);
  return {
    waiting: async () => {
      const [row] = await query<{ count: number }>(
        stack,
        database,
        `select count(*)::int as count from pg_locks
          where not granted and relation = $1::regclass`,
        [table],
      );
      return row?.count ?? 0;
    },
    release: async () => {
      await client.query("rollback");
      await client.end();
    },
  };
}

async function connect(stack: Stack, database: DatabaseName): Promise<Client> {
  const client = new Client({ connectionString: stack.databaseUrl(database) });
  client.on("error", () => {}); // The statement under way fails with it.
  await client.connect();
  return client;
}
