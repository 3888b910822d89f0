import { type Sql, sql } from "@waybill/persistence";
import { type Process, rankOf, type Step } from "../domain/process.ts";
import { type ProcessRow, toProcess } from "./processRow.ts";

/**
 * A claim is a lease: next_at moves to its end together with claimed_until, so that the claims of a dead replica
 * come due again by themselves, and so that a next_at set by somebody else meanwhile can be told from the claim's. What is due goes through an array, which is planned as few; the
 * limit is planned as a tenth of the table, for which all of it would be read.
 */
const claimStatement = sql(
  "workflow_claim",
  `update processes set next_at = $4, claimed_until = $4
   where order_id = any(array(
     select order_id from processes
     where step = $1 and next_at <= $2 and (claimed_until is null or claimed_until <= $2)
     order by next_at limit $3 for no key update skip locked))
   returning *`,
);

/** Claims processes of this step that are due, at most `limit`, until `leaseEnd`. Replicas share them: nobody else gets those. */
export async function claimDue(
  db: Sql,
  step: Step,
  now: Date,
  leaseEnd: Date,
  limit: number,
): Promise<readonly Process[]> {
  const rows = await db.rows<ProcessRow>(claimStatement, [step, now, limit, leaseEnd]);
  return rows.map(toProcess);
}

const renewStatement = sql(
  "workflow_renew",
  `with locked as materialized (
     select order_id from processes where order_id = any($1::text[]) and step = $2 and claimed_until = $3
     order by order_id for no key update
   )
   update processes p set
     next_at = case when p.next_at < p.claimed_until then p.next_at else $4 end, claimed_until = $4
   from locked where p.order_id = locked.order_id`,
);

/** Prolongs the claims that end at `leaseEnd`; those that lapsed and were taken by others stay theirs. */
export async function renewClaims(
  db: Sql,
  step: Step,
  orderIds: readonly string[],
  leaseEnd: Date,
  newEnd: Date,
): Promise<void> {
  await db.run(renewStatement, [orderIds, step, leaseEnd, newEnd]);
}

const earliestStatement = sql(
  "workflow_earliest",
  `select next_at from processes where step = $1 and (claimed_until is null or claimed_until <= $2)
   order by next_at limit 1`,
);

/** When the next process of this step is due, among those that nobody has claimed. */
export async function earliestDue(db: Sql, step: Step, now: Date): Promise<Date | undefined> {
  const [row] = await db.rows<{ next_at: Date }>(earliestStatement, [step, now]);
  return row?.next_at;
}

const nudgeStatement = sql(
  "workflow_nudge",
  `with locked as materialized (
     select order_id, step from processes where order_id = any($1::text[]) order by order_id for no key update
   ), nudged as (
     update processes p set next_at = least(p.next_at, $2) from locked
     where p.order_id = locked.order_id and p.step = 'TRY'
   )
   select order_id from locked`,
);

/** Makes those that wait in TRY due now. Answers all orders that have a process, in whatever step. */
export async function nudgeTries(
  db: Sql,
  orderIds: readonly string[],
  now: Date,
): Promise<ReadonlySet<string>> {
  const rows = await db.rows<{ order_id: string }>(nudgeStatement, [orderIds, now]);
  return new Set(rows.map(({ order_id }) => order_id));
}

const waitingStatement = sql(
  "workflow_waiting",
  `select p.order_id from processes p
   join unnest($1::text[], $2::int2[]) as asked (order_id, rank) on p.order_id = asked.order_id
   where p.rank >= asked.rank`,
);

/** Those of these orders that wait in the step named already, or in a later one: the timer takes care of them. */
export async function alreadyWaiting(
  db: Sql,
  orders: readonly { readonly orderId: string; readonly step: Step }[],
): Promise<ReadonlySet<string>> {
  if (orders.length === 0) return new Set();
  const rows = await db.rows<{ order_id: string }>(waitingStatement, [
    orders.map(({ orderId }) => orderId),
    orders.map(({ step }) => rankOf(step)),
  ]);
  return new Set(rows.map(({ order_id }) => order_id));
}
