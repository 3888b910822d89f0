import { type Sql, sql } from "@waybill/persistence";
import type { EndedFence } from "@waybill/tcc";
import { columns, type PaymentRecord, type PaymentRow, toRecord } from "./paymentRow.ts";

/** A payment that nobody has confirmed or cancelled by its expiry. */
export interface ExpiredPayment {
  readonly transactionId: string;
  readonly expiresAt: Date;
}

const expired = sql(
  "payment_expired",
  `select transaction_id, expires_at from payments
   where is_open and not is_decided and expires_at <= $1
     and (expires_at, transaction_id) > (coalesce($2::timestamptz, '-infinity'), $3::text)
   order by expires_at, transaction_id limit $4`,
);

/** Payments whose order's fate is to be asked for, by expiry; beginning after the one given. */
export async function expiredPayments(
  db: Sql,
  at: Date,
  after: ExpiredPayment | undefined,
  limit: number,
): Promise<readonly ExpiredPayment[]> {
  const rows = await db.rows<Pick<PaymentRow, "transaction_id" | "expires_at">>(expired, [
    at,
    after?.expiresAt,
    after?.transactionId ?? "",
    limit,
  ]);
  return rows.map((row) => ({ transactionId: row.transaction_id, expiresAt: row.expires_at }));
}

const expiredCount = sql(
  "payment_count_expired",
  `select count(*) as count from (
     select from payments
     where is_open and not is_decided and expires_at <= $1 limit 100000) expired`,
);

/** How many payments expired undecided before `at`; counts up to 100,000. */
export async function countExpired(db: Sql, at: Date): Promise<number> {
  const [found] = await db.rows<{ count: bigint }>(expiredCount, [at]);
  return Number(found?.count ?? 0n);
}

// Locked in the order of ids first, as everywhere: an update alone would lock in the order of its plan.
const extend = sql(
  "payment_extend",
  `with undecided as (
     select transaction_id from payments
     where transaction_id = any($1::text[]) and state in ('TRYING', 'PENDING', 'TRIED')
     order by transaction_id for no key update)
   update payments set expires_at = $2 from undecided
   where payments.transaction_id = undecided.transaction_id`,
);

/** Sets a new expiry for those that are undecided still. */
export async function extendPayments(
  db: Sql,
  transactionIds: readonly string[],
  expiresAt: Date,
): Promise<void> {
  await db.run(extend, [transactionIds, expiresAt]);
}

// By an array, which is planned as few: the limit is planned as a tenth of what is open, for which all of it would be read.
const claim = sql(
  "payment_claim_unsettled",
  `update payments set expires_at = $1::timestamptz
     + least($3::interval, greatest($2::interval, $1::timestamptz - updated_at))
   where transaction_id = any(array(
     select transaction_id from payments
     where is_open and is_decided and expires_at <= $1::timestamptz
     order by expires_at limit $4 for no key update skip locked))
   returning ${columns}`,
);

/** Between two attempts to settle a payment passes as long as it has been unsettled, within these bounds. */
const firstPause = "2 s";
const longestPause = "60 s";

/**
 * Payments that were left CONFIRMING or CANCELLING, each for one claimant at a time: nobody else gets it until some time has
 * passed, longer with each attempt.
 */
export async function claimUnsettled(
  db: Sql,
  at: Date,
  limit: number,
): Promise<readonly PaymentRecord[]> {
  const rows = await db.rows<PaymentRow>(claim, [at, firstPause, longestPause, limit]);
  return rows.map(toRecord);
}

const ended = sql(
  "payment_ended",
  `select transaction_id, state from payments
   where state in ('CONFIRMED', 'CANCELLED', 'BLOCKED') and updated_at < $1 and created_at < $1
   order by created_at, transaction_id limit $2`,
);

/** Fences that have been in an end state since before `before`, the oldest first. */
export async function endedPayments(
  db: Sql,
  before: Date,
  limit: number,
): Promise<readonly EndedFence[]> {
  type Row = Pick<PaymentRow, "transaction_id" | "state">;
  const rows = await db.rows<Row>(ended, [before, limit]);
  return rows.map((row) => ({
    transactionId: row.transaction_id,
    isConfirmed: row.state === "CONFIRMED",
  }));
}

const purge = sql(
  "payment_purge",
  `with gone as (
     delete from payments where transaction_id in (
       select transaction_id from payments
       where transaction_id = any($1::text[]) and state in ('CONFIRMED', 'CANCELLED', 'BLOCKED')
         and updated_at < $2
       for update skip locked)
     returning transaction_id)
   , events as (
     delete from payment_events using gone where payment_events.transaction_id = gone.transaction_id)
   select count(*) as count from gone`,
);

/** Deletes those of these fences that have been in an end state since before `before`, with their events; answers how many. */
export async function forgetPayments(
  db: Sql,
  transactionIds: readonly string[],
  before: Date,
): Promise<number> {
  const [row] = await db.rows<{ count: bigint }>(purge, [transactionIds, before]);
  return Number(row?.count ?? 0n);
}
