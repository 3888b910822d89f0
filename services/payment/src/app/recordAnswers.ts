import type { Logger } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import { appendEvents, type PaymentEventRecord } from "../db/events.ts";
import type { PaymentRecord } from "../db/paymentRow.ts";
import { lockPayments, updatePayments } from "../db/payments.ts";
import { contradiction, evolve } from "../domain/evolve.ts";
import type { ProviderAnswer } from "../domain/provider.ts";
import { nextRecord } from "./records.ts";
import type { Settings } from "./settings.ts";

/** What the provider answered about one payment, in its order. */
export interface Heard {
  readonly transactionId: string;
  readonly answers: readonly ProviderAnswer[];
}

export interface RecordOptions {
  readonly db: Database;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Publishes journal rows that have been committed. */
  readonly publish: (events: readonly PaymentEventRecord[]) => void;
}

export type RecordAnswers = (
  heard: readonly Heard[],
  options: { readonly late: boolean },
) => Promise<ReadonlyMap<string, PaymentRecord>>;

/**
 * Records answers of the provider in one transaction, whatever has happened to the payments meanwhile, and yields the
 * payments as they are then. Late ones (the Try has been answered as pending) are journalled for those who wait.
 */
export const recordAnswers =
  ({ db, settings, logger, now, publish }: RecordOptions): RecordAnswers =>
  async (heard, { late }) => {
    if (heard.length === 0) return new Map();
    const at = now();
    const { records, events } = await db.transaction(async (tx) => {
      const before = await lockPayments(tx, [...new Set(heard.map((one) => one.transactionId))]);
      const after = new Map(before);
      for (const { transactionId, answers } of heard) {
        const record = after.get(transactionId);
        if (record === undefined) {
          logger.error(
            { transactionId, answers },
            "the provider answered about an unknown payment",
          );
          continue;
        }
        const payment = answers.reduce((current, answer) => {
          const problem = contradiction(current, answer);
          if (problem) logger.error({ transactionId, answer }, `the provider says: ${problem}`);
          return evolve(current, answer);
        }, record.payment);
        if (payment !== record.payment) {
          after.set(transactionId, nextRecord(record, payment, at, settings));
        }
      }
      const changed = [...after].filter(([id, record]) => record !== before.get(id));
      await updatePayments(
        tx,
        changed.map(([, record]) => record),
      );
      const news = late ? changed.flatMap(([id, record]) => eventOf(before.get(id), record)) : [];
      return { records: after, events: await appendEvents(tx, news) };
    });
    if (events.length > 0) publish(events);
    return records;
  };

/** The event of a payment whose authorisation was open and is answered now. */
function eventOf(
  before: PaymentRecord | undefined,
  { payment, traceparent, updatedAt }: PaymentRecord,
): PaymentEventRecord[] {
  const wasOpen = before?.payment.state === "TRYING" || before?.payment.state === "PENDING";
  if (!wasOpen || (payment.state !== "TRIED" && payment.state !== "DECLINED")) return [];
  const { userId, amount } = payment.content;
  return [
    {
      transactionId: payment.transactionId,
      outcome: payment.state === "TRIED" ? "AUTHORIZED" : "DECLINED",
      declineReason: payment.state === "DECLINED" ? payment.declineReason : "",
      userId,
      amount,
      occurredAt: updatedAt,
      traceparent,
      publication: 1,
    },
  ];
}
