import type { Database } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { type JournalRow, journalColumns, type RawRow, toJournalRow } from "./journal.ts";

const pendingStatement = sql(
  "pending_transitions",
  `select ${journalColumns}, publications from transitions
    where order_id = any($1::text[]) and published_seq is null order by order_id, version`,
);

/** Publishes the transitions of these orders that are not in the stream yet; answers how many there are. The sweeper may do the same, which is harmless. */
export const publishPending =
  (db: Database, publish: (rows: readonly JournalRow[]) => void) =>
  async (orderIds: readonly string[]): Promise<number> => {
    const raws = await db.rows<RawRow & { publications: number }>(pendingStatement, [orderIds]);
    publish(raws.map((raw) => toJournalRow(raw, raw.publications + 1)));
    return raws.length;
  };
