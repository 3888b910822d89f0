import { type Sql, sql } from "@waybill/persistence";
import { columns, type PaymentRecord, type PaymentRow, toRecord, toRow } from "./paymentRow.ts";

const lock = sql(
  "payment_lock",
  `select ${columns} from payments where transaction_id = any($1::text[])
   order by transaction_id for no key update`,
);

/** The payments of these transactions, locked in one order, so that batches never deadlock. */
export async function lockPayments(
  tx: Sql,
  transactionIds: readonly string[],
): Promise<Map<string, PaymentRecord>> {
  return byId(await tx.rows<PaymentRow>(lock, [transactionIds]));
}

const insert = sql(
  "payment_insert",
  `insert into payments (${columns})
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[],
     $8::text[], $9::text[], $10::timestamptz[], $11::text[], $12::timestamptz[], $13::timestamptz[])
   on conflict (transaction_id) do nothing`,
);

/** Adds payments; answers how many were not there yet. Waits for a rival that is adding one of them. */
export async function insertPayments(tx: Sql, records: readonly PaymentRecord[]): Promise<number> {
  if (records.length === 0) return 0;
  const rows = records.map(toRow).sort(byTransactionId);
  return await tx.run(insert, [
    rows.map((row) => row.transaction_id),
    rows.map((row) => row.state),
    rows.map((row) => row.content_hash),
    rows.map((row) => row.user_id),
    rows.map((row) => row.amount_minor),
    rows.map((row) => row.currency),
    rows.map((row) => row.payment_method),
    rows.map((row) => row.provider_reference),
    rows.map((row) => row.decline_reason),
    rows.map((row) => row.expires_at),
    rows.map((row) => row.traceparent),
    rows.map((row) => row.created_at),
    rows.map((row) => row.updated_at),
  ]);
}

const update = sql(
  "payment_update",
  `update payments set state = changed.state, provider_reference = changed.provider_reference,
     decline_reason = changed.decline_reason, expires_at = changed.expires_at, updated_at = changed.updated_at
   from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
     as changed (transaction_id, state, provider_reference, decline_reason, expires_at, updated_at)
   where payments.transaction_id = changed.transaction_id`,
);

/** Stores the new states of payments that the transaction has locked. */
export async function updatePayments(tx: Sql, records: readonly PaymentRecord[]): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map(toRow);
  await tx.run(update, [
    rows.map((row) => row.transaction_id),
    rows.map((row) => row.state),
    rows.map((row) => row.provider_reference),
    rows.map((row) => row.decline_reason),
    rows.map((row) => row.expires_at),
    rows.map((row) => row.updated_at),
  ]);
}

const read = sql("payment_read", `select ${columns} from payments where transaction_id = $1`);

export async function readPayment(
  db: Sql,
  transactionId: string,
): Promise<PaymentRecord | undefined> {
  return byId(await db.rows<PaymentRow>(read, [transactionId])).get(transactionId);
}

function byId(rows: readonly PaymentRow[]): Map<string, PaymentRecord> {
  return new Map(rows.map((row) => [row.transaction_id, toRecord(row)]));
}

const byTransactionId = (a: PaymentRow, b: PaymentRow): number =>
  a.transaction_id < b.transaction_id ? -1 : 1;
