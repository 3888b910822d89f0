import type { Payment } from "./payment.ts";
import type { ProviderAnswer } from "./provider.ts";

/** What the provider has to be asked next. */
export type ProviderStep = "authorize" | "capture" | "void";

/** What a payment's state leaves open with the provider; undefined: nothing. */
export function openStep(payment: Payment): ProviderStep | undefined {
  switch (payment.state) {
    case "TRYING":
    case "PENDING":
      return "authorize";
    case "CONFIRMING":
      return "capture";
    case "CANCELLING":
      // The key of the Try tells what became of it; only then it is known what to void.
      return payment.reference === undefined ? "authorize" : "void";
    case "TRIED":
    case "DECLINED":
    case "CONFIRMED":
    case "CANCELLED":
    case "BLOCKED":
      return undefined;
    default:
      return payment satisfies never;
  }
}

/**
 * The payment after an answer of the provider, whenever that comes and whatever happened meanwhile; the payment itself when
 * the answer says nothing new. Total: a Cancel is never undone, and no authorisation is forgotten.
 */
export function evolve(payment: Payment, answer: ProviderAnswer): Payment {
  switch (answer.kind) {
    case "authorized":
      return authorized(payment, answer.reference);
    case "pending":
      return pending(payment, answer.reference);
    case "declined":
      return declined(payment, answer.reason);
    case "captured":
      return payment.state === "CONFIRMING" || payment.state === "TRIED"
        ? { ...base(payment), state: "CONFIRMED", reference: payment.reference }
        : payment;
    case "captureRefused":
      return payment.state === "CONFIRMING"
        ? {
            ...base(payment),
            state: "TRIED",
            reference: payment.reference,
            captureRefusal: answer.reason,
          }
        : payment;
    case "voided":
      return payment.state === "CANCELLING" && payment.reference === answer.reference
        ? { ...base(payment), state: "CANCELLED", reference: answer.reference }
        : payment;
    case "voidRefused":
      return voidRefused(payment, answer.reason);
    default:
      return answer satisfies never;
  }
}

/** What an answer says that cannot be true of this payment, in words for the log; undefined when they agree. */
export function contradiction(payment: Payment, answer: ProviderAnswer): string | undefined {
  const cancelled = payment.state === "CANCELLING" || payment.state === "CANCELLED";
  if (payment.state === "BLOCKED") return `${answer.kind}, but it was never tried`;
  if (answer.kind === "captured" && cancelled) return "captured, but it is cancelled";
  if (answer.kind === "voidRefused") return `not voided: ${answer.reason}`;
  if (answer.kind === "authorized" && payment.state === "DECLINED") {
    return "authorised after it was declined";
  }
  return undefined;
}

function authorized(payment: Payment, reference: string): Payment {
  switch (payment.state) {
    case "TRYING":
    case "PENDING":
    // Against the provider's promise. Held, it is confirmed or voided by the order's fate; ignored, it would stay open.
    case "DECLINED":
      return { ...base(payment), state: "TRIED", reference };
    case "CANCELLING":
    case "CANCELLED":
      return toVoid(payment, reference);
    case "TRIED":
    case "CONFIRMING":
    case "CONFIRMED":
    case "BLOCKED":
      return payment;
    default:
      return payment satisfies never;
  }
}

function pending(payment: Payment, reference: string): Payment {
  switch (payment.state) {
    case "TRYING":
      return { ...base(payment), state: "PENDING", reference };
    case "CANCELLING":
    case "CANCELLED":
      return toVoid(payment, reference);
    case "PENDING":
    case "TRIED":
    case "DECLINED":
    case "CONFIRMING":
    case "CONFIRMED":
    case "BLOCKED":
      return payment;
    default:
      return payment satisfies never;
  }
}

function declined(payment: Payment, reason: string): Payment {
  if (payment.state === "TRYING" || payment.state === "PENDING") {
    return { ...base(payment), state: "DECLINED", declineReason: reason };
  }
  if (payment.state === "CANCELLING" && payment.reference === undefined) {
    return { ...base(payment), state: "CANCELLED" };
  }
  return payment;
}

/** The first refusal is kept: a repeated one is nothing new, so that it is asked again more and more seldom. */
function voidRefused(payment: Payment, reason: string): Payment {
  if (payment.state !== "CANCELLING" || payment.reference === undefined) return payment;
  return payment.voidRefusal === undefined ? { ...payment, voidRefusal: reason } : payment;
}

/** A late success of a cancelled payment: void it, unless exactly this authorisation has been (or is being) voided. */
function toVoid(
  payment: Extract<Payment, { state: "CANCELLING" | "CANCELLED" }>,
  reference: string,
): Payment {
  if (payment.reference === reference) return payment;
  return { ...base(payment), state: "CANCELLING", reference };
}

/** What all states of a tried payment have in common. */
export function base(payment: Exclude<Payment, { state: "BLOCKED" }>) {
  const { transactionId, content, contentHash } = payment;
  return { transactionId, content, contentHash };
}
