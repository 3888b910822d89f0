import { ErrorReason, errorReasonToJSON, type Failure } from "@waybill/contracts/errors";
import type { Setback } from "./process.ts";

/** What a failed call says about trying it again. */
export type FailureKind = "transient" | "permanent";

/** The canonical gRPC codes by their numbers, and whether the same call may succeed later. */
const codes: Readonly<Record<number, readonly [name: string, kind: FailureKind]>> = {
  1: ["CANCELLED", "transient"],
  2: ["UNKNOWN", "transient"],
  3: ["INVALID_ARGUMENT", "permanent"],
  4: ["DEADLINE_EXCEEDED", "transient"],
  5: ["NOT_FOUND", "permanent"],
  6: ["ALREADY_EXISTS", "permanent"],
  7: ["PERMISSION_DENIED", "permanent"],
  8: ["RESOURCE_EXHAUSTED", "transient"],
  9: ["FAILED_PRECONDITION", "permanent"],
  10: ["ABORTED", "permanent"], // Here: the transaction was cancelled, and stays so.
  11: ["OUT_OF_RANGE", "permanent"],
  12: ["UNIMPLEMENTED", "transient"], // A callee of an older version, about to be replaced.
  13: ["INTERNAL", "transient"],
  14: ["UNAVAILABLE", "transient"],
  15: ["DATA_LOSS", "transient"],
  16: ["UNAUTHENTICATED", "permanent"],
};

/** Whether the same call may succeed later. Unknown codes may. */
export const kindOf = (failure: Failure): FailureKind => codes[failure.code]?.[1] ?? "transient";

/** A whole batch failed so because of what was sent: of one malformed element, or of too much at once. */
export function isOfContent(failure: Failure): boolean {
  const name = codes[failure.code]?.[0];
  if (name === "RESOURCE_EXHAUSTED") return failure.reason !== ErrorReason.OVERLOADED;
  return name === "INVALID_ARGUMENT";
}

/** Why a Try that failed ends its order. TRANSACTION_CANCELLED: its Cancel came first, so that it can never succeed. */
const ending: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.OUT_OF_STOCK,
  ErrorReason.ITEM_NOT_FOUND,
  ErrorReason.MIXED_CURRENCIES,
  ErrorReason.TOTAL_TOO_LARGE,
  ErrorReason.PAYMENT_DECLINED,
  ErrorReason.TRANSACTION_CANCELLED,
]);

/** The reason with which an order is cancelled after this failure of one of its Tries, or undefined when it is not. */
export const cancelReasonOf = (failure: Failure): string | undefined =>
  ending.has(failure.reason) ? reasonOf(failure) : undefined;

/** The published reason, or the code's name when there is none. */
export function reasonOf(failure: Failure): string {
  if (failure.reason === ErrorReason.UNSPECIFIED || !known.has(failure.reason)) {
    return codes[failure.code]?.[0] ?? `CODE_${failure.code}`;
  }
  return errorReasonToJSON(failure.reason).slice("ERROR_REASON_".length);
}

/** A newer callee may give reasons that this process does not know. */
const known: ReadonlySet<number> = new Set(Object.values(ErrorReason));

/** What to remember of a failure of the named call. */
export function setbackOf(call: string, failure: Failure): Setback {
  const text = failure.message || (codes[failure.code]?.[0] ?? `code ${failure.code}`);
  return { reason: reasonOf(failure), error: `${call}: ${text}`.slice(0, maxErrorLength) };
}

/** Enough to understand it; rows stay small. Unit: characters. */
const maxErrorLength = 500;
