import type { Database } from "../database.ts";
import { type Sql, sql } from "../statement.ts";

const readStatement = sql(
  "test_rows_read",
  `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int8 as rows
   from pg_stat_xact_user_tables`,
);

const countRead = async (tx: Sql): Promise<number> => {
  const [found] = await tx.rows<{ rows: bigint }>(readStatement);
  return Number(found?.rows ?? 0n);
};

/** How many rows the work reads, in one transaction, whether it uses them or not: for tests of what a query costs. */
export const rowsRead = (db: Database, work: (db: Database) => Promise<unknown>): Promise<number> =>
  db.transaction(async (tx) => {
    const before = await countRead(tx);
    await work({ ...db, ...tx, transaction: (nested) => nested(tx) });
    return (await countRead(tx)) - before;
  });
