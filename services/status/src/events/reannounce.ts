import { ordersStream } from "@waybill/contracts/events";
import type { Database, Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { type JournalRow, journalColumns, type RawRow, toJournalRow } from "./journal.ts";

/** How many orders are looked at at a time. */
const batchSize = 512;

/** The interval doubles up to this. Unit: ms. */
const maxIntervalMs = 3_600_000;

interface LookedAt {
  readonly order_id: string;
  readonly version: number;
  /** Whether it has not moved for so long that it is to be announced again. */
  readonly is_left: boolean;
}

/**
 * Moves do not put `reannounce_at` off, so that they are heap-only updates: that is done here, for orders that have moved since. The limit is
 * no parameter: its plan would be made for a tenth of all orders, and read them all.
 */
const lookStatement = sql(
  "look_at_unmoved",
  `with due as (
      select order_id, reannouncements > 0 or moved_at <= now() - $1 * interval '1 ms' as is_left
        from statuses where ended_state is null and reannounce_at <= now()
        order by reannounce_at limit ${batchSize} for no key update skip locked)
    update statuses set reannouncements = reannouncements + is_left::int,
        reannounce_at = case
          when is_left then now() + least($1 * power(2, least(reannouncements + 1, 20)), $2) * interval '1 ms'
          else moved_at + $1 * interval '1 ms' end
      from due where statuses.order_id = due.order_id
      returning statuses.order_id, statuses.version, is_left`,
);

/** Marks of publications, which lock the same rows, wait for the position of the stream first: so nobody waits in a circle. */
const announceStatement = sql(
  "announce_again",
  `with position as materialized (
      select from stream_positions where stream = $3 for no key update)
    update transitions set publications = publications + 1
      from unnest($1::text[], $2::int[]) as unmoved (order_id, version)
      where transitions.order_id = unmoved.order_id and transitions.version = unmoved.version
        and transitions.published_seq is not null and exists (select from position)
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
    const { looked, raws } = await db.transaction(async (tx) => {
      const looked = await tx.rows<LookedAt>(lookStatement, [patienceMs, maxIntervalMs]);
      return { looked, raws: await announce(tx, looked.filter(isLeft)) };
    });
    publish(raws.map((raw) => toJournalRow(raw, raw.publications + 1)));
    return { again: looked.length === batchSize };
  };

const isLeft = (order: LookedAt): boolean => order.is_left;

type AnnouncedRow = RawRow & { readonly publications: number };

async function announce(tx: Sql, orders: readonly LookedAt[]): Promise<readonly AnnouncedRow[]> {
  if (orders.length === 0) return [];
  return await tx.rows<AnnouncedRow>(announceStatement, [
    orders.map((order) => order.order_id),
    orders.map((order) => order.version),
    ordersStream.name,
  ]);
}
