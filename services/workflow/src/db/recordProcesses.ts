import { type Sql, sql } from "@waybill/persistence";
import { type Process, rankOf, type Step } from "../domain/process.ts";
import { storable } from "./storable.ts";

/**
 * Writes of many processes at a time. Whatever locks rows that may be locked already does so in the order of
 * their ids, so that replicas never deadlock. PostgreSQL sorts them: by its collation, they may have another order than here.
 */

/** What an attempt outside the timer leaves. A row of the same step keeps its schedule and its history; one of a later step stays as it is. */
const recordStatement = sql(
  "workflow_record",
  `insert into processes (order_id, step, rank, state, since, next_at, attempts, failing_since, last_error,
     last_reason, placed_at, reservation_mode, expires_at, user_id, traceparent)
   select * from unnest($1::text[], $2::text[], $3::int2[], $4::text[], $5::timestamptz[], $6::timestamptz[],
     $7::int4[], $8::timestamptz[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::timestamptz[],
     $14::text[], $15::text[]) as v (order_id) order by order_id
   on conflict (order_id) do update set
     step = excluded.step,
     rank = excluded.rank,
     state = case when processes.rank = excluded.rank and processes.state = 'STUCK' then 'STUCK' else excluded.state end,
     since = case when processes.rank = excluded.rank then processes.since else excluded.since end,
     next_at = case when processes.rank = excluded.rank then least(processes.next_at, excluded.next_at)
       else excluded.next_at end,
     attempts = case when processes.rank = excluded.rank then greatest(processes.attempts, excluded.attempts)
       else excluded.attempts end,
     failing_since = case when processes.rank = excluded.rank
       then least(processes.failing_since, excluded.failing_since) else excluded.failing_since end,
     last_error = excluded.last_error,
     last_reason = excluded.last_reason,
     claimed_until = case when processes.rank = excluded.rank then processes.claimed_until end
   where processes.rank <= excluded.rank`,
);

/** Records what orders wait for, of one batch; each order at most once. A process never goes back to an earlier step. */
export async function recordProcesses(db: Sql, processes: readonly Process[]): Promise<void> {
  if (processes.length === 0) return;
  await db.run(recordStatement, [
    ...columnsOf(processes),
    processes.map(({ order }) => order.placedAt),
    processes.map(({ order }) => order.reservationMode),
    processes.map(({ order }) => order.expiresAt ?? null),
    processes.map(({ order }) => order.userId),
    processes.map(({ order }) => order.traceparent),
  ]);
}

/** Releases claimed rows with what their attempt left. A next_at before the claim's end was set by somebody meanwhile, and stands. */
const rescheduleStatement = sql(
  "workflow_reschedule",
  `with attempted as (
     select * from unnest($1::text[], $2::text[], $3::int2[], $4::text[], $5::timestamptz[], $6::timestamptz[],
       $7::int4[], $8::timestamptz[], $9::text[], $10::text[])
       as a (order_id, step, rank, state, since, next_at, attempts, failing_since, last_error, last_reason)
   ), locked as materialized (
     select order_id from processes where order_id = any($1::text[]) order by order_id for no key update
   )
   update processes p set
     step = a.step, rank = a.rank, state = a.state, since = a.since, attempts = a.attempts,
     failing_since = a.failing_since, last_error = a.last_error, last_reason = a.last_reason,
     next_at = case when p.next_at < p.claimed_until then least(p.next_at, a.next_at) else a.next_at end,
     claimed_until = null
   from attempted a join locked using (order_id)
   where p.order_id = a.order_id and p.step = $11`,
);

/** Reschedules rows that the timer had claimed in this step; those that are gone or went on meanwhile stay as they are. */
export async function rescheduleProcesses(
  db: Sql,
  from: Step,
  processes: readonly Process[],
): Promise<void> {
  if (processes.length === 0) return;
  await db.run(rescheduleStatement, [...columnsOf(processes), from]);
}

const finishStatement = sql(
  "workflow_finish",
  `with locked as materialized (
     select order_id from processes where order_id = any($1::text[]) order by order_id for update
   )
   delete from processes p using locked where p.order_id = locked.order_id and p.step = $2`,
);

/** Deletes the rows of a step that is finished; those that went on meanwhile stay. */
export async function finishStep(db: Sql, step: Step, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await db.run(finishStatement, [orderIds, step]);
}

const forgetStatement = sql(
  "workflow_forget",
  `with locked as materialized (
     select order_id from processes where order_id = any($1::text[]) order by order_id for update
   )
   delete from processes p using locked where p.order_id = locked.order_id`,
);

/** Deletes whatever waits for these orders, which have ended or waited for a decision that is done. */
export async function forgetOrders(db: Sql, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await db.run(forgetStatement, [orderIds]);
}

/** The first ten columns, as arrays. */
function columnsOf(processes: readonly Process[]): unknown[] {
  return [
    processes.map(({ order }) => order.orderId),
    processes.map(({ step }) => step),
    processes.map(({ step }) => rankOf(step)),
    processes.map(({ state }) => state),
    processes.map(({ since }) => since),
    processes.map(({ nextAt }) => nextAt),
    processes.map(({ attempts }) => attempts),
    processes.map(({ failingSince }) => failingSince ?? null),
    processes.map(({ lastError }) => storable(lastError)), // What a callee, or a payment provider, has said.
    processes.map(({ lastReason }) => lastReason),
  ];
}
