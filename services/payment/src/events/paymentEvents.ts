import { paymentEventType, paymentSubject } from "@waybill/contracts/events";
import { PaymentEvent, PaymentOutcome } from "@waybill/contracts/payment";
import type { OutgoingEvent } from "@waybill/messaging";
import type { PaymentEventRecord } from "../db/events.ts";

const names = { AUTHORIZED: "authorized", DECLINED: "declined" } as const;

/** The message of a journal row. */
export function toOutgoingEvent(record: PaymentEventRecord): OutgoingEvent {
  const { transactionId, outcome, declineReason, userId, amount, occurredAt } = record;
  const name = names[outcome];
  return {
    subject: paymentSubject(name, transactionId),
    type: paymentEventType(name),
    id: `${transactionId}.payment`,
    source: "payment",
    time: occurredAt,
    data: PaymentEvent.encode({
      transactionId,
      outcome: PaymentOutcome[outcome],
      declineReason,
      occurredAt,
      userId,
      amount: { ...amount },
    }).finish(),
    traceparent: record.traceparent,
    publication: record.publication,
  };
}
