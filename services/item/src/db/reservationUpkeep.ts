import { type Sql, sql } from "@waybill/persistence";
import type { EndedFence, ExpiredHold, FenceState } from "@waybill/tcc";

/** What is done about reservations that nobody asks for any more: the expired ones and the old ones. */

const expiredStatement = sql(
  "reservation_expired",
  `select transaction_id, expires_at from reservations
   where state = 'TRIED' and expires_at < $1 and (expires_at, transaction_id) > ($2, $3)
   order by expires_at, transaction_id limit $4`,
);
const countExpiredStatement = sql(
  "reservation_count_expired",
  `select count(*) as count from (
     select from reservations where state = 'TRIED' and expires_at < $1 limit 100000) expired`,
);
// Locked in the order of ids first, as everywhere: an update alone would lock in the order of its plan.
const extendStatement = sql(
  "reservation_extend",
  `with undecided as (
     select transaction_id from reservations
     where transaction_id = any($1::text[]) and state = 'TRIED'
     order by transaction_id for no key update
   )
   update reservations set expires_at = $2 from undecided
   where reservations.transaction_id = undecided.transaction_id`,
);

const endedStatement = sql(
  "reservation_ended",
  `select transaction_id, state from reservations
   where state <> 'TRIED' and updated_at < $1 order by updated_at, transaction_id limit $2`,
);
// What is locked is about to be used, and so is not purged now. That nobody is waited for also rules out deadlocks.
const lockEndedStatement = sql(
  "reservation_lock_ended",
  `select transaction_id, state, lines from reservations
   where transaction_id = any($1::text[]) and state <> 'TRIED' and updated_at < $2 for update skip locked`,
);
const deleteStatement = sql(
  "reservation_delete",
  "delete from reservations where transaction_id = any($1::text[])",
);

/** Undecided reservations that expired before `at`, by expiry and id, beginning after the one given. */
export async function expiredReservations(
  db: Sql,
  at: Date,
  after: ExpiredHold | undefined,
  limit: number,
): Promise<readonly ExpiredHold[]> {
  const { expiresAt, transactionId } = after ?? { expiresAt: new Date(0), transactionId: "" };
  const rows = await db.rows<{ transaction_id: string; expires_at: Date }>(expiredStatement, [
    at,
    expiresAt,
    transactionId,
    limit,
  ]);
  return rows.map((row) => ({ transactionId: row.transaction_id, expiresAt: row.expires_at }));
}

/** How many undecided reservations expired before `at`; counts up to 100,000. */
export async function countExpired(db: Sql, at: Date): Promise<number> {
  const [found] = await db.rows<{ count: bigint }>(countExpiredStatement, [at]);
  return Number(found?.count ?? 0n);
}

/** Sets a new expiry for those that are still undecided. */
export async function extendReservations(
  db: Sql,
  transactionIds: readonly string[],
  expiresAt: Date,
): Promise<void> {
  await db.run(extendStatement, [transactionIds, expiresAt]);
}

/** What purging a reservation needs to know of it. */
export interface EndedReservation {
  readonly transactionId: string;
  readonly state: FenceState;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
}

interface EndedRow {
  transaction_id: string;
  state: FenceState;
  lines: readonly { item_id: string; quantity: number }[];
}

/** Reservations whose end state is older than the time given, the oldest first. */
export async function endedReservations(
  db: Sql,
  endedBefore: Date,
  limit: number,
): Promise<readonly EndedFence[]> {
  const rows = await db.rows<{ transaction_id: string; state: FenceState }>(endedStatement, [
    endedBefore,
    limit,
  ]);
  return rows.map((row) => ({
    transactionId: row.transaction_id,
    isConfirmed: row.state === "CONFIRMED",
  }));
}

/** Locks those of these reservations whose end state is older than the time given, and that nobody else has locked. */
export async function lockEndedReservations(
  tx: Sql,
  transactionIds: readonly string[],
  endedBefore: Date,
): Promise<readonly EndedReservation[]> {
  const rows = await tx.rows<EndedRow>(lockEndedStatement, [transactionIds, endedBefore]);
  return rows.map((row) => ({
    transactionId: row.transaction_id,
    state: row.state,
    lines: row.lines.map((line) => ({ itemId: line.item_id, quantity: line.quantity })),
  }));
}

export async function deleteReservations(
  tx: Sql,
  transactionIds: readonly string[],
): Promise<void> {
  await tx.run(deleteStatement, [transactionIds]);
}
