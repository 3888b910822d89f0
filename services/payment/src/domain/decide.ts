import type { Operation as FenceOperation, FenceState } from "@waybill/tcc";
import { decide as decideByFence } from "@waybill/tcc";
import { base } from "./evolve.ts";
import type { Content, Payment, PaymentStateName } from "./payment.ts";
import { isFree } from "./payment.ts";

export type Operation = FenceOperation<Content>;

export type RefusalReason =
  | "CONTENT_MISMATCH"
  | "TRANSACTION_CANCELLED"
  | "NOT_TRIED"
  | "ALREADY_CONFIRMED"
  | "PAYMENT_DECLINED"
  | "AUTHORIZATION_LOST";

export interface Refused {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** What the provider said; of PAYMENT_DECLINED, AUTHORIZATION_LOST, and ALREADY_CONFIRMED when it would not void. */
  readonly providerReason?: string;
}

export type Verdict =
  /** It holds. `payment` is to be stored unless it is replayed. */
  | { readonly kind: "done"; readonly payment: Payment; readonly replayed: boolean }
  | Refused
  /** `payment` is to be stored first, then the provider asked for what it leaves open (`openStep`). */
  | { readonly kind: "ask"; readonly payment: Payment };

/** How the payment's states look to the fence that all participants share (packages/tcc), by what is asked. */
const fenceStates: Record<Operation["kind"], Record<PaymentStateName, FenceState | "NONE">> = {
  try: {
    TRYING: "TRIED",
    PENDING: "TRIED",
    TRIED: "TRIED",
    DECLINED: "TRIED",
    CONFIRMING: "TRIED",
    CONFIRMED: "CONFIRMED",
    CANCELLING: "CANCELLED",
    CANCELLED: "CANCELLED",
    BLOCKED: "BLOCKED",
  },
  confirm: {
    TRYING: "NONE",
    PENDING: "NONE",
    TRIED: "TRIED",
    DECLINED: "NONE",
    CONFIRMING: "TRIED",
    CONFIRMED: "CONFIRMED",
    CANCELLING: "CANCELLED",
    CANCELLED: "CANCELLED",
    BLOCKED: "BLOCKED",
  },
  cancel: {
    TRYING: "TRIED",
    PENDING: "TRIED",
    TRIED: "TRIED",
    DECLINED: "TRIED",
    // The capture may have happened: a Cancel comes too late, or has to wait until the provider has refused it.
    CONFIRMING: "CONFIRMED",
    CONFIRMED: "CONFIRMED",
    CANCELLING: "TRIED",
    CANCELLED: "CANCELLED",
    BLOCKED: "BLOCKED",
  },
};

/** What an operation does to a payment (undefined: the transaction is unknown); total. */
export function decide(operation: Operation, payment: Payment | undefined): Verdict {
  const verdict = decideByFence(operation, fenceOf(operation, payment));
  switch (verdict.kind) {
    case "refused":
      return verdict;
    case "replayed":
      return repeat(existing(payment));
    case "apply":
      return apply(operation, payment);
    default:
      return verdict satisfies never;
  }
}

/** What to answer an operation when the provider has been asked for it; undefined: it has not answered. A void that was refused once stays so until the provider says otherwise. */
export function conclude(
  operation: Operation,
  payment: Payment,
): Exclude<Verdict, { kind: "ask" }> | undefined {
  if (
    operation.kind === "confirm" &&
    payment.state === "TRIED" &&
    payment.captureRefusal !== undefined
  ) {
    return {
      kind: "refused",
      reason: "AUTHORIZATION_LOST",
      providerReason: payment.captureRefusal,
    };
  }
  if (
    operation.kind === "cancel" &&
    payment.state === "CANCELLING" &&
    payment.voidRefusal !== undefined
  ) {
    return { kind: "refused", reason: "ALREADY_CONFIRMED", providerReason: payment.voidRefusal };
  }
  const verdict = decide(operation, payment);
  if (verdict.kind === "ask") return undefined;
  return verdict.kind === "done" ? { ...verdict, replayed: false } : verdict;
}

function fenceOf(operation: Operation, payment: Payment | undefined) {
  if (payment === undefined) return undefined;
  const state = fenceStates[operation.kind][payment.state];
  if (state === "NONE") return undefined;
  const contentHash = payment.state === "BLOCKED" ? "" : payment.contentHash;
  return { transactionId: payment.transactionId, state, contentHash };
}

/** A repetition: what is still open is asked for again, with the same key. */
function repeat(payment: Payment): Verdict {
  switch (payment.state) {
    case "TRYING":
    case "PENDING":
      return { kind: "ask", payment };
    case "DECLINED":
      return { kind: "refused", reason: "PAYMENT_DECLINED", providerReason: payment.declineReason };
    case "TRIED":
    case "CONFIRMING":
    case "CONFIRMED":
    case "CANCELLING":
    case "CANCELLED":
    case "BLOCKED":
      return { kind: "done", payment, replayed: true };
    default:
      return payment satisfies never;
  }
}

function apply(operation: Operation, payment: Payment | undefined): Verdict {
  switch (operation.kind) {
    case "try": {
      const { transactionId, content, contentHash } = operation;
      const tried = { transactionId, content, contentHash };
      return isFree(content)
        ? done({ ...tried, state: "TRIED", reference: "" })
        : { kind: "ask", payment: { ...tried, state: "TRYING" } };
    }
    case "confirm":
      return capture(existing(payment));
    case "cancel":
      return payment === undefined
        ? done({ transactionId: operation.transactionId, state: "BLOCKED" })
        : release(payment);
    default:
      throw new Error(`unknown operation ${(operation satisfies never as Operation).kind}`);
  }
}

function capture(payment: Payment): Verdict {
  if (payment.state === "CONFIRMING") return { kind: "ask", payment };
  if (payment.state !== "TRIED") throw new Error(`a Confirm was let pass on ${payment.state}`);
  const { reference } = payment;
  return isFree(payment.content)
    ? done({ ...base(payment), state: "CONFIRMED", reference })
    : { kind: "ask", payment: { ...base(payment), state: "CONFIRMING", reference } };
}

function release(payment: Payment): Verdict {
  switch (payment.state) {
    case "CANCELLING":
      return { kind: "ask", payment };
    case "TRYING":
      return { kind: "ask", payment: { ...base(payment), state: "CANCELLING" } };
    case "PENDING":
    case "TRIED": {
      const { reference } = payment;
      return isFree(payment.content)
        ? done({ ...base(payment), state: "CANCELLED" })
        : { kind: "ask", payment: { ...base(payment), state: "CANCELLING", reference } };
    }
    case "DECLINED":
      return done({ ...base(payment), state: "CANCELLED" });
    default:
      throw new Error(`a Cancel was let pass on ${payment.state}`);
  }
}

const done = (payment: Payment): Verdict => ({ kind: "done", payment, replayed: false });

function existing(payment: Payment | undefined): Payment {
  if (payment === undefined) throw new Error("the fence decided on a payment that does not exist");
  return payment;
}
