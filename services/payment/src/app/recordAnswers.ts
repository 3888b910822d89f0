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
    const takeIn = ({ transactionId, answers }: Heard, record: PaymentRecord): PaymentRecord => {
      const payment = answers.reduce((current, answer) => {
        const problem = contradiction(current, answer);
        if (problem) logger.error({ transactionId, answer }, `the provider says: ${problem}`);
        return evolve(current, answer);
      }, record.payment);
      return payment === record.payment ? record : nextRecord(record, payment, at, settings);
    };
    const { records, events } = await db.transaction(async (tx) => {
      const ids = new Set(heard.map((one) => one.transactionId));
      const before = await lockPayments(tx, [...ids]);
      const records = new Map(before);
      for (const one of heard) {
        const record = records.get(one.transactionId);
        if (record === undefined) logger.error(one, "the provider answered about nobody's payment");
        else records.set(one.transactionId, takeIn(one, record));
      }
      const changed = [...records.values()].filter(
        (record) => record !== before.get(record.payment.transactionId),
      );
      await updatePayments(tx, changed);
      const news = late ? changed.flatMap((record) => eventOf(before, record)) : [];
      return { records, events: await appendEvents(tx, news) };
    });
    if (events.length > 0) publish(events);
    return records;
  };

/** The event of a payment whose authorisation was open and is answered now. */
function eventOf(
  before: ReadonlyMap<string, PaymentRecord>,
  { payment, traceparent, updatedAt }: PaymentRecord,
): PaymentEventRecord[] {
  const was = before.get(payment.transactionId)?.payment.state;
  if (was !== "TRYING" && was !== "PENDING") return [];
  if (payment.state !== "TRIED" && payment.state !== "DECLINED") return [];
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
