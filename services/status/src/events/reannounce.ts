import type { Database } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { type JournalRow, journalColumns, type RawRow, toJournalRow } from "./journal.ts";

/** How many orders are announced again at a time. Each time all open orders may be read until so many are found. */
const batchSize = 512;

/** The interval doubles up to this. Unit: ms. */
const maxIntervalMs = 3_600_000;

const claimStatement = sql(
  "claim_reannouncements",
  `with due as (
      select order_id from statuses where ended_state is null and reannounce_at <= now()
        order by placed_at, order_id limit $1 for no key update skip locked),
    claimed as (
      update statuses set reannouncements = reannouncements + 1,
          reannounce_at = now()
            + least($2 * power(2, least(reannouncements + 1, 20)), $3) * interval '1 ms'
        from due where statuses.order_id = due.order_id
        returning statuses.order_id, statuses.version)
    update transitions set publications = publications + 1
      from claimed
      where transitions.order_id = claimed.order_id and transitions.version = claimed.version
        and transitions.published_seq is not null
      returning ${journalColumns}`,
);

/**
 * Announces again the last event of orders that have not moved for `patienceMs` and are not at their end, with doubling intervals, so that no lost
 * message, ack or consumer can leave an order behind. Answers whether there may be more. Replicas share the work. What has not been published
 * at all is the relay's: under a second number it would stand in the stream as another event.
 */
export const reannounce =
  (db: Database, patienceMs: number, publish: (rows: readonly JournalRow[]) => void) =>
  async (): Promise<{ again: boolean }> => {
    const parameters = [batchSize, patienceMs, maxIntervalMs];
    const raws = await db.transaction((tx) =>
      tx.rows<RawRow & { publications: number }>(claimStatement, parameters),
    );
    publish(raws.map((raw) => toJournalRow(raw, raw.publications + 1)));
    return { again: raws.length === batchSize };
  };
