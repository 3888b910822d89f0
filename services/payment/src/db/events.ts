import { paymentsStream } from "@waybill/contracts/events";
import { type Journal, journalTable } from "@waybill/messaging";
import { type Database, type Sql, sql } from "@waybill/persistence";
import type { Money } from "../domain/payment.ts";

/** A row of the journal: the answer of a provider that came late. */
export interface PaymentEventRecord {
  readonly transactionId: string;
  readonly outcome: "AUTHORIZED" | "DECLINED";
  /** Empty when it was authorised. */
  readonly declineReason: string;
  readonly userId: string;
  readonly amount: Money;
  readonly occurredAt: Date;
  readonly traceparent: string;
  /** The number of its next publication, from 1. */
  readonly publication: number;
}

interface EventRow {
  readonly transaction_id: string;
  readonly outcome: "AUTHORIZED" | "DECLINED";
  readonly decline_reason: string;
  readonly user_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly occurred_at: Date;
  readonly traceparent: string;
}

const columns = `transaction_id, outcome, decline_reason, user_id, amount_minor, currency, occurred_at,
  traceparent`;

const append = sql(
  "payment_append_events",
  `insert into payment_events (${columns})
   select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[],
     $7::timestamptz[], $8::text[])
   on conflict (transaction_id) do nothing
   returning ${columns}`,
);

/** Appends events, one per transaction for ever; answers those that are new. */
export async function appendEvents(
  tx: Sql,
  events: readonly PaymentEventRecord[],
): Promise<readonly PaymentEventRecord[]> {
  if (events.length === 0) return [];
  const sorted = [...events].sort((a, b) => (a.transactionId < b.transactionId ? -1 : 1));
  const rows = await tx.rows<EventRow>(append, [
    sorted.map((event) => event.transactionId),
    sorted.map((event) => event.outcome),
    sorted.map((event) => event.declineReason),
    sorted.map((event) => event.userId),
    sorted.map((event) => event.amount.minorUnits),
    sorted.map((event) => event.amount.currency),
    sorted.map((event) => event.occurredAt),
    sorted.map((event) => event.traceparent),
  ]);
  return rows.map((row) => toEvent(row, 1));
}

/** The journal as the relay reads it. */
export const paymentJournal = (db: Database): Journal<PaymentEventRecord> =>
  journalTable<PaymentEventRecord, EventRow>({
    db,
    stream: paymentsStream.name,
    table: "payment_events",
    keyColumns: { transaction_id: "text" },
    keyOf: (event) => [event.transactionId],
    publicationOf: (event) => event.publication,
    toRow: toEvent,
  });

const toEvent = (row: EventRow, publication: number): PaymentEventRecord => ({
  transactionId: row.transaction_id,
  outcome: row.outcome,
  declineReason: row.decline_reason,
  userId: row.user_id,
  amount: { minorUnits: row.amount_minor, currency: row.currency },
  occurredAt: row.occurred_at,
  traceparent: row.traceparent,
  publication,
});
