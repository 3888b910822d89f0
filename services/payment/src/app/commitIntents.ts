import type { Database, Sql } from "@waybill/persistence";
import type { PaymentRecord } from "../db/paymentRow.ts";
import { insertPayments, lockPayments, updatePayments } from "../db/payments.ts";
import { decide, type Operation, type Refused } from "../domain/decide.ts";
import { newRecord, nextRecord } from "./records.ts";
import type { Settings } from "./settings.ts";

/** An operation, and the trace that it belongs to. */
export interface PaymentRequest {
  readonly operation: Operation;
  /** Empty: none. */
  readonly traceparent: string;
}

/** What has been committed for an operation. */
export type Intent =
  | { readonly kind: "done"; readonly record: PaymentRecord; readonly replayed: boolean }
  | Refused
  /** The provider has to be asked next. */
  | { readonly kind: "ask"; readonly record: PaymentRecord };

/** A rival has added one of the payments meanwhile: what was decided as if there was none has to be decided again. */
class RivalError extends Error {}

/** A rival is seen by the next attempt; more of them in a row would be a fault. */
const maxAttempts = 5;

/** Decides operations of different transactions and commits their next states, in one transaction. */
export async function commitIntents(
  db: Database,
  requests: readonly PaymentRequest[],
  now: Date,
  settings: Settings,
): Promise<readonly Intent[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction((tx) => commit(tx, requests, now, settings));
    } catch (error) {
      if (!(error instanceof RivalError) || attempt === maxAttempts) throw error;
    }
  }
}

async function commit(
  tx: Sql,
  requests: readonly PaymentRequest[],
  now: Date,
  settings: Settings,
): Promise<readonly Intent[]> {
  const current = await lockPayments(
    tx,
    requests.map((request) => request.operation.transactionId),
  );
  const added: PaymentRecord[] = [];
  const changed: PaymentRecord[] = [];
  const intents = requests.map(({ operation, traceparent }): Intent => {
    const record = current.get(operation.transactionId);
    const verdict = decide(operation, record?.payment);
    if (verdict.kind === "refused") return verdict;
    if (record?.payment === verdict.payment) return { ...verdict, record };
    const next = record
      ? nextRecord(record, verdict.payment, now, settings)
      : newRecord(verdict.payment, traceparent, now, settings);
    (record ? changed : added).push(next);
    return { ...verdict, record: next };
  });
  // Sent together: the second does not wait for the answer to the first.
  const [inserted] = await Promise.all([insertPayments(tx, added), updatePayments(tx, changed)]);
  if (inserted !== added.length) throw new RivalError();
  return intents;
}
