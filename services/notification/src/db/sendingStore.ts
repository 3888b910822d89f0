import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { type Channel, channels, type SendingState } from "../domain/notification.ts";

/** A sending that is due, and ours for the time of a lease. */
export interface DueSending {
  readonly orderId: string;
  readonly version: number;
  readonly channel: Channel;
  /** Tried so often before. */
  readonly attempts: number;
  readonly userId: string;
  readonly subject: string;
  readonly text: string;
  readonly occurredAt: Date;
  readonly traceparent: string;
}

/** A sending as it is recorded together with its notification. */
export interface NewSending
  extends Pick<DueSending, "orderId" | "version" | "channel" | "attempts" | "traceparent"> {
  readonly state: SendingState;
  /** With what it is somebody's already; undefined: anybody's. */
  readonly lease: string | undefined;
  /** When it is due, or the lease ends, from now. Unit: ms. */
  readonly delayMs: number;
  /** What it failed with; "" when it has not. */
  readonly error: string;
}

interface DueRow {
  readonly order_id: string;
  readonly version: number;
  readonly attempts: number;
  readonly user_id: string;
  readonly subject: string;
  readonly text: string;
  readonly occurred_at: Date;
  readonly traceparent: string;
}

/**
 * While the lease runs, next_at lies at its end: nobody else takes the sending, and after it anybody may. What is due goes through arrays, which are planned
 * as few; the limit is planned as a tenth of all that waits, for which the tables would be read as a whole.
 */
const takeStatement = sql(
  "take_due_sendings",
  `with due as (
    select order_id, version from sendings
      where channel = $1 and state = 'WAITING' and next_at <= now()
      order by next_at limit $2 for update skip locked),
  taken as (
    update sendings s set lease = $3, next_at = now() + $4 * interval '1 ms'
      from unnest(array(select order_id from due), array(select version from due)) as d (order_id, version)
      where s.order_id = d.order_id and s.version = d.version and s.channel = $1
      returning s.order_id, s.version, s.attempts, s.traceparent)
  select taken.*, user_id, subject, text, occurred_at
    from taken join notifications using (order_id, version) order by occurred_at, version`,
);

/** Takes up to `limit` sendings that are due, for `leaseMs`. Replicas never take the same one meanwhile. */
export async function takeDueSendings(
  db: Sql,
  channel: Channel,
  { lease, leaseMs, limit }: { lease: string; leaseMs: number; limit: number },
): Promise<DueSending[]> {
  const rows = await db.rows<DueRow>(takeStatement, [channel, limit, lease, leaseMs]);
  return rows.map((row) => ({
    channel,
    orderId: row.order_id,
    version: row.version,
    attempts: row.attempts,
    userId: row.user_id,
    subject: row.subject,
    text: row.text,
    occurredAt: row.occurred_at,
    traceparent: row.traceparent,
  }));
}

/** What is to be recorded of a sending that was taken. */
export interface Settlement {
  readonly orderId: string;
  readonly version: number;
  readonly channel: Channel;
  /** The lease it was taken with. */
  readonly lease: string;
  readonly state: SendingState;
  /** Whether this was an attempt. */
  readonly isAttempt: boolean;
  /** When to try again, from now; of no meaning unless it waits. Unit: ms. */
  readonly delayMs: number;
  /** "" keeps the one before. */
  readonly error: string;
}

/**
 * A sending that somebody else has taken since is theirs to settle; but what is sent is sent. Rows are not locked in the order of their
 * keys before: two settle the same ones only when a lease has run out, and settling is repeated when it fails.
 */
const settleStatement = sql(
  "settle_sendings",
  `update sendings s set state = v.state, attempts = s.attempts + v.tried, lease = null,
      next_at = now() + v.delay_ms * interval '1 ms',
      last_error = coalesce(nullif(v.error, ''), s.last_error),
      sent_at = case when v.state = 'SENT' then now() end
    from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[],
        $7::float8[], $8::text[])
      as v (order_id, version, channel, lease, state, tried, delay_ms, error)
    where s.order_id = v.order_id and s.version = v.version and s.channel = v.channel
      and s.state <> 'SENT' and (s.lease = v.lease or v.state = 'SENT')`,
);

/** Records what became of sendings, each of them named once. */
export async function settleSendings(db: Sql, settlements: readonly Settlement[]): Promise<void> {
  const column = <T>(of: (settlement: Settlement) => T): T[] => settlements.map(of);
  await db.run(settleStatement, [
    column(({ orderId }) => orderId),
    column(({ version }) => version),
    column(({ channel }) => channel),
    column(({ lease }) => lease),
    column(({ state }) => state),
    column(({ isAttempt }) => (isAttempt ? 1 : 0)),
    column(({ delayMs }) => delayMs),
    column(({ error }) => error),
  ]);
}

const countStatement = sql(
  "count_waiting_sendings",
  `select channel, count(*) as count
    from (select channel from sendings where state = 'WAITING' limit 100000) waiting group by channel`,
);

/** How many sendings are not through, by channel, up to 100,000 in all. */
export async function countWaiting(db: Sql): Promise<ReadonlyMap<Channel, number>> {
  const rows = await db.rows<{ channel: Channel; count: bigint }>(countStatement);
  const counts = new Map(rows.map(({ channel, count }) => [channel, Number(count)]));
  return new Map(channels.map((channel) => [channel, counts.get(channel) ?? 0]));
}
