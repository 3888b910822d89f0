import { ErrorReason } from "@waybill/contracts/errors";
import { type Payment as PaymentMessage, PaymentState } from "@waybill/contracts/payment";
import { type Refusal, refuse } from "@waybill/rpc";
import type { Outcome } from "../app/operate.ts";
import { type PaymentRecord, providerReason } from "../db/paymentRow.ts";
import type { PaymentStateName } from "../domain/payment.ts";

/** How long to wait before asking again for an answer that the provider owes. Unit: ms. */
const retryDelayMs = 1_000;

/** What is done; throws the Refusal of what is not. */
export function doneOrThrow(outcome: Outcome): Extract<Outcome, { kind: "done" }> {
  switch (outcome.kind) {
    case "done":
      return outcome;
    case "refused":
      throw toRefusal(outcome);
    case "unanswered":
      throw refuse.unavailable(
        ErrorReason.PAYMENT_PENDING,
        `The payment provider has not answered about ${outcome.transactionId} yet; asking again is safe`,
        retryDelayMs,
      );
    default:
      return outcome satisfies never;
  }
}

function toRefusal(refused: Extract<Outcome, { kind: "refused" }>): Refusal {
  const { transactionId, reason, providerReason, providerReason: why = "" } = refused;
  switch (reason) {
    case "CONTENT_MISMATCH":
      return refuse.alreadyExists(
        ErrorReason.CONTENT_MISMATCH,
        `${transactionId} was tried before with another user, amount or payment method`,
      );
    case "TRANSACTION_CANCELLED":
      return refuse.aborted(ErrorReason.TRANSACTION_CANCELLED, `${transactionId} is cancelled`);
    case "NOT_TRIED":
      return refuse.failedPrecondition(
        ErrorReason.NOT_TRIED,
        `${transactionId} is not authorised: no Try of it has succeeded`,
      );
    case "ALREADY_CONFIRMED":
      return providerReason === undefined
        ? refuse.failedPrecondition(
            ErrorReason.ALREADY_CONFIRMED,
            `${transactionId} is confirmed and cannot be cancelled`,
          )
        : refuse.failedPrecondition(
            ErrorReason.ALREADY_CONFIRMED,
            `The payment provider will not void: ${why}`,
            { provider_reason: why },
          );
    case "PAYMENT_DECLINED":
      return refuse.failedPrecondition(
        ErrorReason.PAYMENT_DECLINED,
        `The payment provider declined: ${why}`,
        { provider_reason: why },
      );
    case "AUTHORIZATION_LOST":
      return refuse.failedPrecondition(
        ErrorReason.AUTHORIZATION_LOST,
        `The payment provider will not capture: ${why}`,
        { provider_reason: why },
      );
    default:
      return reason satisfies never;
  }
}

/** CONFIRMING is a matter between payment and the provider: for everybody else the payment is still authorised. */
const states: Record<PaymentStateName, PaymentState> = {
  TRYING: PaymentState.TRYING,
  PENDING: PaymentState.PENDING,
  TRIED: PaymentState.TRIED,
  DECLINED: PaymentState.DECLINED,
  CONFIRMING: PaymentState.TRIED,
  CONFIRMED: PaymentState.CONFIRMED,
  CANCELLING: PaymentState.CANCELLING,
  CANCELLED: PaymentState.CANCELLED,
  BLOCKED: PaymentState.BLOCKED,
};

/** The names of the states that the contract's one stands for; undefined for UNSPECIFIED, which is any. */
export function stateNames(state: PaymentState): readonly PaymentStateName[] | undefined {
  if (state === PaymentState.UNSPECIFIED) return undefined;
  const names = Object.keys(states) as PaymentStateName[];
  return names.filter((name) => states[name] === state);
}

export function toMessage(record: PaymentRecord): PaymentMessage {
  const { payment } = record;
  const content = payment.state === "BLOCKED" ? undefined : payment.content;
  return {
    transactionId: payment.transactionId,
    userId: content?.userId ?? "",
    amount: content && { ...content.amount },
    paymentMethod: content?.paymentMethod ?? "",
    state: states[payment.state],
    providerReference: ("reference" in payment ? payment.reference : undefined) ?? "",
    declineReason: providerReason(payment) ?? "",
    expiresAt: record.expiresAt,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  };
}
