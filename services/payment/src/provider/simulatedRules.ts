import type { Money } from "../domain/payment.ts";
import type { Authorization, Capture, Voiding } from "../domain/provider.ts";

/** What an entry of the ledger says. */
export type EntryKind = "authorized" | "declined" | "pending" | "captured" | "voided";

/** The provider's own book of one authorisation. */
export interface Account {
  readonly reference: string;
  /** The key that it was asked for with. */
  readonly key: string;
  readonly transactionId: string;
  readonly amount: Money;
  readonly paymentMethod: string;
  readonly state: EntryKind;
  /** When it was authorised; undefined when it never was. */
  readonly authorizedAt: Date | undefined;
  /** Not before then is the authorise call answered. */
  readonly answerAt: Date;
  /** When to call back with the outcome; undefined when there is nothing to call back. */
  readonly callBackAt: Date | undefined;
  /** The key that it was captured with; empty when it was not. */
  readonly captureKey: string;
}

export type ProviderRequest =
  | {
      readonly kind: "authorize";
      readonly key: string;
      readonly reference: string;
      readonly transactionId: string;
      readonly amount: Money;
      readonly paymentMethod: string;
    }
  | {
      readonly kind: "capture";
      readonly key: string;
      readonly reference: string;
      readonly amount: Money;
    }
  | { readonly kind: "void"; readonly key: string; readonly reference: string };

type Answer = Authorization | Capture | Voiding;

export type Reply =
  | { readonly kind: "answer"; readonly answer: Answer; readonly at?: Date }
  /** The connection breaks. */
  | { readonly kind: "failure" }
  /** Nothing is ever heard of this call again. */
  | { readonly kind: "silence" };

/** What a request did: the account afterwards, and the ledger's new entry if there is one. */
export interface Served {
  readonly account: Account | undefined;
  readonly entry?: EntryKind;
  readonly reply: Reply;
}

/** The methods of SimulatedPaymentMethod in the contracts. */
const methods = {
  pm_ok: { opensAs: "authorized" },
  pm_declined: { opensAs: "declined" },
  pm_pending: { opensAs: "pending" },
  pm_slow: { opensAs: "authorized" },
  pm_flaky: { opensAs: "authorized" },
  pm_timeout: { opensAs: "authorized" },
} as const satisfies Record<string, { opensAs: EntryKind }>;

type Method = keyof typeof methods;

export const isSimulatedMethod = (paymentMethod: string): paymentMethod is Method =>
  Object.hasOwn(methods, paymentMethod);

/** How often each key of a pm_flaky payment fails before it succeeds. */
export const flakyFailures = 2;

export interface Delays {
  /** When a pm_pending payment is authorised. Unit: ms. */
  readonly pendingMs: number;
  /** How long pm_slow takes to answer. Unit: ms. */
  readonly slowMs: number;
}

const declineReason = "insufficient funds";

/** The account that the first call of an authorise key opens. */
export function openAccount(
  request: Extract<ProviderRequest, { kind: "authorize" }>,
  now: Date,
  delays: Delays,
): Account {
  const { key, reference, transactionId, amount, paymentMethod } = request;
  if (!isSimulatedMethod(paymentMethod)) throw new Error(`no such method: ${paymentMethod}`);
  const state = methods[paymentMethod].opensAs;
  const later = (ms: number) => new Date(now.getTime() + ms);
  return {
    reference,
    key,
    transactionId,
    amount,
    paymentMethod,
    state,
    authorizedAt: state === "authorized" ? now : undefined,
    answerAt: paymentMethod === "pm_slow" ? later(delays.slowMs) : now,
    callBackAt: state === "pending" ? later(delays.pendingMs) : undefined,
    captureKey: "",
  };
}

/** The answer to the call that opened an account. */
export function openingReply(account: Account): Reply {
  return account.paymentMethod === "pm_timeout" ? { kind: "silence" } : authorizeReply(account);
}

/** Serves a request on the account that its reference names (undefined: there is none); idempotent by key. */
export function serve(account: Account | undefined, request: ProviderRequest): Served {
  switch (request.kind) {
    case "authorize":
      if (account === undefined) throw new Error(`${request.reference} was not opened`);
      return { account, reply: authorizeReply(account) };
    case "capture":
      return capture(account, request.key);
    case "void":
      return voidIt(account, request.reference);
    default:
      return request satisfies never;
  }
}

function authorizeReply(account: Account): Reply {
  const { reference, state, authorizedAt, answerAt } = account;
  const at = answerAt;
  if (state === "declined") {
    return { kind: "answer", answer: { kind: "declined", reason: declineReason }, at };
  }
  const kind = authorizedAt === undefined ? "pending" : "authorized";
  return { kind: "answer", answer: { kind, reference }, at };
}

function capture(account: Account | undefined, key: string): Served {
  if (account?.state === "authorized") {
    return {
      account: { ...account, state: "captured", captureKey: key, callBackAt: undefined },
      entry: "captured",
      reply: { kind: "answer", answer: { kind: "captured" } },
    };
  }
  const repeated = account?.state === "captured" && account.captureKey === key;
  const reason = account ? `the authorisation is ${account.state}` : "no such authorisation";
  const answer: Capture = repeated ? { kind: "captured" } : { kind: "captureRefused", reason };
  return { account, reply: { kind: "answer", answer } };
}

function voidIt(account: Account | undefined, reference: string): Served {
  if (account?.state === "authorized" || account?.state === "pending") {
    return {
      account: { ...account, state: "voided", callBackAt: undefined },
      entry: "voided",
      reply: { kind: "answer", answer: { kind: "voided", reference } },
    };
  }
  const answer: Voiding =
    account?.state === "captured"
      ? { kind: "voidRefused", reason: "the authorisation is captured" }
      : { kind: "voided", reference };
  return { account, reply: { kind: "answer", answer } };
}
