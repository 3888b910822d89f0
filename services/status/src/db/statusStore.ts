import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { isTerminal } from "../domain/lifecycle.ts";
import type { Status, Transition } from "../domain/status.ts";
import type { StatusRow } from "./statusRow.ts";
import { toStatus } from "./statusRow.ts";

const lockStatement = sql(
  "lock_statuses",
  `select * from statuses where order_id = any($1::text[])
    order by order_id for no key update`,
);

/** Locks the rows of these orders in the order of their ids, so that batches never deadlock. */
export async function lockStatuses(
  tx: Sql,
  orderIds: readonly string[],
): Promise<Map<string, Status>> {
  const rows = await tx.rows<StatusRow>(lockStatement, [[...new Set(orderIds)].sort()]);
  return new Map(rows.map((row) => [row.order_id, toStatus(row)]));
}

const readStatement = sql(
  "read_statuses",
  "select * from statuses where order_id = any($1::text[])",
);

export async function readStatuses(
  db: Sql,
  orderIds: readonly string[],
): Promise<Map<string, Status>> {
  const rows = await db.rows<StatusRow>(readStatement, [[...new Set(orderIds)]]);
  return new Map(rows.map((row) => [row.order_id, toStatus(row)]));
}

const insertStatement = sql(
  "insert_statuses",
  `insert into statuses (order_id, user_id, state, previous_state, version, tried,
      reservation_mode, total_minor, currency, placed_at, moved_at, expires_at, reason,
      traceparent, reannounce_at)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bool[],
      $7::text[], $8::bigint[], $9::text[], $10::timestamptz[], $11::timestamptz[],
      $12::timestamptz[], $13::text[], $14::text[], $15::timestamptz[])
    on conflict do nothing`,
);

/**
 * Inserts new orders, sorted by id; answers how many were new: fewer than given when a rival was first. Those that stay where they are for
 * longer than `patienceMs` are announced again.
 */
export function insertStatuses(
  tx: Sql,
  statuses: readonly Status[],
  patienceMs: number,
): Promise<number> {
  const column = <T>(of: (status: Status) => T): T[] => statuses.map(of);
  return tx.run(insertStatement, [
    column((status) => status.orderId),
    column((status) => status.userId),
    column((status) => status.state),
    column((status) => status.previousState ?? null),
    column((status) => status.version),
    column((status) => status.tried),
    column((status) => status.reservationMode),
    column((status) => status.total?.minorUnits ?? null),
    column((status) => status.total?.currency ?? null),
    column((status) => status.placedAt),
    column((status) => status.movedAt),
    column((status) => status.expiresAt ?? null),
    column((status) => status.reason),
    column((status) => status.traceparent),
    column((status) => reannounceAt(status, patienceMs)),
  ]);
}

const updateStatement = sql(
  "update_statuses",
  `update statuses set state = v.state, previous_state = v.previous_state, version = v.version,
      tried = v.tried, total_minor = v.total_minor, currency = v.currency, moved_at = v.moved_at,
      reason = v.reason,
      reannounce_at = case when statuses.version = v.version then statuses.reannounce_at
        when v.reannounce_at is not null then least(statuses.reannounce_at, v.reannounce_at) end,
      reannouncements = case when statuses.version = v.version then statuses.reannouncements
        else 0 end
    from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bool[], $6::bigint[],
      $7::text[], $8::timestamptz[], $9::text[], $10::timestamptz[])
      as v (order_id, state, previous_state, version, tried, total_minor, currency, moved_at,
        reason, reannounce_at)
    where statuses.order_id = v.order_id`,
);

/**
 * Writes orders that are locked by this transaction. When one that has moved is looked at again is only ever brought forward, which is seldom needed: an
 * index names it, and the update would not be heap-only. Putting it off is left to who looks.
 */
export async function updateStatuses(
  tx: Sql,
  statuses: readonly Status[],
  patienceMs: number,
): Promise<void> {
  const column = <T>(of: (status: Status) => T): T[] => statuses.map(of);
  await tx.run(updateStatement, [
    column((status) => status.orderId),
    column((status) => status.state),
    column((status) => status.previousState ?? null),
    column((status) => status.version),
    column((status) => status.tried),
    column((status) => status.total?.minorUnits ?? null),
    column((status) => status.total?.currency ?? null),
    column((status) => status.movedAt),
    column((status) => status.reason),
    column((status) => reannounceAt(status, patienceMs)),
  ]);
}

const appendStatement = sql(
  "append_transitions",
  `insert into transitions (order_id, version, from_state, to_state, reason, actor_kind, actor_id,
      occurred_at, traceparent)
    select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[],
      $7::text[], $8::timestamptz[], $9::text[])`,
);

/** Appends to the journal, which is also the outbox. */
export async function appendTransitions(
  tx: Sql,
  transitions: readonly Transition[],
): Promise<void> {
  const column = <T>(of: (transition: Transition) => T): T[] => transitions.map(of);
  await tx.run(appendStatement, [
    column((transition) => transition.orderId),
    column((transition) => transition.version),
    column((transition) => transition.from ?? null),
    column((transition) => transition.to),
    column((transition) => transition.reason),
    column((transition) => transition.actor.kind),
    column((transition) => transition.actor.id),
    column((transition) => transition.occurredAt),
    column((transition) => transition.traceparent),
  ]);
}

function reannounceAt(status: Status, patienceMs: number): Date | null {
  if (isTerminal(status.state)) return null;
  return new Date(status.movedAt.getTime() + patienceMs);
}
