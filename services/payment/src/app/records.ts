import type { PaymentRecord } from "../db/paymentRow.ts";
import type { Payment } from "../domain/payment.ts";
import type { Settings } from "./settings.ts";

type Periods = Pick<Settings, "holdExpiryMs" | "settleAfterMs">;

/** The record of a transaction's first operation. */
export const newRecord = (
  payment: Payment,
  traceparent: string,
  now: Date,
  periods: Periods,
): PaymentRecord => ({
  payment,
  expiresAt: lookAgainAt(payment, now, periods),
  traceparent,
  createdAt: now,
  updatedAt: now,
});

/** The record in its new state. Its expiry stays while it is undecided, so that the index by expiry need not follow. */
export const nextRecord = (
  record: PaymentRecord,
  payment: Payment,
  now: Date,
  periods: Periods,
): PaymentRecord => ({
  ...record,
  payment,
  expiresAt:
    isUndecided(record.payment) && isUndecided(payment)
      ? record.expiresAt
      : lookAgainAt(payment, now, periods),
  updatedAt: now,
});

const isUndecided = ({ state }: Payment): boolean =>
  state === "TRYING" || state === "PENDING" || state === "TRIED";

function lookAgainAt(payment: Payment, now: Date, periods: Periods): Date {
  const isDecided = payment.state === "CONFIRMING" || payment.state === "CANCELLING";
  return new Date(now.getTime() + (isDecided ? periods.settleAfterMs : periods.holdExpiryMs));
}
