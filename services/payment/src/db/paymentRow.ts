import type { Content, Payment, PaymentStateName } from "../domain/payment.ts";

/** A payment as it is stored. */
export interface PaymentRecord {
  readonly payment: Payment;
  /**
   * When somebody looks at it again if nothing has happened by then: the order's fate is asked for, or, when CONFIRMING or
   * CANCELLING, the provider is. Without meaning in an end state.
   */
  readonly expiresAt: Date;
  /** The W3C trace context of its Try (or of the Cancel that blocked it); empty when there was none. */
  readonly traceparent: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The columns of `payments`, in the order of `columns`. */
export interface PaymentRow {
  readonly transaction_id: string;
  readonly state: PaymentStateName;
  readonly content_hash: string;
  readonly user_id: string | null;
  readonly amount_minor: bigint | null;
  readonly currency: string | null;
  readonly payment_method: string | null;
  readonly provider_reference: string | null;
  readonly decline_reason: string | null;
  readonly expires_at: Date;
  readonly traceparent: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const columns = `transaction_id, state, content_hash, user_id, amount_minor, currency, payment_method,
  provider_reference, decline_reason, expires_at, traceparent, created_at, updated_at`;

export function toRecord(row: PaymentRow): PaymentRecord {
  return {
    payment: toPayment(row),
    expiresAt: row.expires_at,
    traceparent: row.traceparent,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toRow(record: PaymentRecord): PaymentRow {
  const { payment } = record;
  const content = payment.state === "BLOCKED" ? undefined : payment.content;
  return {
    transaction_id: payment.transactionId,
    state: payment.state,
    content_hash: payment.state === "BLOCKED" ? "" : payment.contentHash,
    user_id: content?.userId ?? null,
    amount_minor: content?.amount.minorUnits ?? null,
    currency: content?.amount.currency ?? null,
    payment_method: content?.paymentMethod ?? null,
    provider_reference: ("reference" in payment ? payment.reference : undefined) ?? null,
    decline_reason: providerReason(payment),
    expires_at: record.expiresAt,
    traceparent: record.traceparent,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

/** Why the provider declined, or would not capture or void; null when it did none of these. */
export function providerReason(payment: Payment): string | null {
  switch (payment.state) {
    case "DECLINED":
      return payment.declineReason;
    case "TRIED":
      return payment.captureRefusal ?? null;
    case "CANCELLING":
      return payment.voidRefusal ?? null;
    case "TRYING":
    case "PENDING":
    case "CONFIRMING":
    case "CONFIRMED":
    case "CANCELLED":
    case "BLOCKED":
      return null;
    default:
      return payment satisfies never;
  }
}

function toPayment(row: PaymentRow): Payment {
  const { transaction_id: transactionId, state } = row;
  if (state === "BLOCKED") return { transactionId, state };
  const tried = { transactionId, content: toContent(row), contentHash: row.content_hash };
  const reference = row.provider_reference ?? undefined;
  switch (state) {
    case "TRYING":
      return { ...tried, state };
    case "PENDING":
    case "CONFIRMING":
    case "CONFIRMED":
      return { ...tried, state, reference: existing(reference, row) };
    case "TRIED": {
      const refused = row.decline_reason === null ? {} : { captureRefusal: row.decline_reason };
      return { ...tried, state, reference: existing(reference, row), ...refused };
    }
    case "DECLINED":
      return { ...tried, state, declineReason: row.decline_reason ?? "" };
    case "CANCELLING": {
      const refused = row.decline_reason === null ? {} : { voidRefusal: row.decline_reason };
      return { ...tried, state, ...(reference === undefined ? {} : { reference }), ...refused };
    }
    case "CANCELLED":
      return { ...tried, state, ...(reference === undefined ? {} : { reference }) };
    default:
      return state satisfies never;
  }
}

const toContent = (row: PaymentRow): Content => ({
  userId: existing(row.user_id, row),
  amount: {
    minorUnits: existing(row.amount_minor, row),
    currency: existing(row.currency, row),
  },
  paymentMethod: existing(row.payment_method, row),
});

/** The table's constraints see to it. */
function existing<T>(value: T | null | undefined, row: PaymentRow): T {
  if (value === null || value === undefined) {
    throw new Error(`payment ${row.transaction_id} lacks what ${row.state} needs`);
  }
  return value;
}
