import { type Sql, sql } from "./statement.ts";

/**
 * Where a database remembers that it was restored from a back-up: written by `npm run restore`, read at start, and not there before the
 * first time. An epoch is the time of the restoration in s since 1970, the same in all databases that were restored together.
 */
export const restorationsTable = `create table if not exists restorations (
  epoch bigint primary key,
  restored_at timestamptz not null default now()
)`;

const tableStatement = sql(
  "persistence_restorations_table",
  "select to_regclass('restorations') is not null as present",
);
const epochStatement = sql(
  "persistence_restore_epoch",
  "select coalesce(max(epoch), 0)::bigint as epoch from restorations",
);

/** The epoch of the last restoration; 0 when there was none. */
export async function readRestoreEpoch(db: Sql): Promise<bigint> {
  const [table] = await db.rows<{ present: boolean }>(tableStatement);
  if (table?.present !== true) return 0n;
  const [row] = await db.rows<{ epoch: bigint }>(epochStatement);
  return row?.epoch ?? 0n;
}
