import { ErrorReason } from "@waybill/contracts/errors";
import type { ClientError } from "nice-grpc-common";
import {
  BadRequest,
  ErrorInfo,
  RetryInfo,
  RichClientError,
  RichServerError,
} from "nice-grpc-error-details";
import { durationMs, toDuration } from "./failure.ts";
import { Refusal, reasonName, reasonNamed } from "./refusal.ts";

/** The domain of Waybill's reasons in google.rpc.ErrorInfo. */
const domain = "waybill";

/** The longest message and the longest text in the details. Unit: characters. */
const maxLength = { message: 1_000, detail: 300 } as const;

/**
 * What the facts and the violations may take of the trailer, each. Together with the message, in
 * base64, that stays well within one header block of HTTP/2. Unit: bytes.
 */
const detailsBudgetBytes = 12 * 1024;

/** Cuts a text; a character that was cut in half would make the status unwritable. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** As many of the pairs of texts as the trailer has room for, each text cut to its limit. */
function fitting(pairs: readonly (readonly [string, string])[]): [string, string][] {
  let leftBytes = detailsBudgetBytes;
  const kept: [string, string][] = [];
  for (const [name, text] of pairs) {
    const pair: [string, string] = [cut(name, maxLength.detail), cut(text, maxLength.detail)];
    leftBytes -= Buffer.byteLength(pair[0]) + Buffer.byteLength(pair[1]) + pairOverheadBytes;
    if (leftBytes < 0) break;
    kept.push(pair);
  }
  return kept;
}

/** Tags and lengths of two fields and of the message around them. */
const pairOverheadBytes = 10;

/** The gRPC status of a Refusal, with ErrorInfo, BadRequest and RetryInfo as rich details. */
export function toRichError(refusal: Refusal): RichServerError {
  const { code, reason, message, metadata, violations, retryDelayMs } = refusal;
  const facts = Object.fromEntries(fitting(Object.entries(metadata)));
  const details: (ErrorInfo | BadRequest | RetryInfo)[] = [
    ErrorInfo.fromPartial({ domain, reason: reasonName(reason), metadata: facts }),
  ];
  if (violations.length > 0) {
    const pairs = violations.map((violation) => [violation.field, violation.description] as const);
    const fieldViolations = fitting(pairs).map(([field, description]) => ({ field, description }));
    details.push(BadRequest.fromPartial({ fieldViolations }));
  }
  if (retryDelayMs !== undefined) {
    details.push(RetryInfo.fromPartial({ retryDelay: toDuration(retryDelayMs, Number) }));
  }
  return new RichServerError(code, cut(message, maxLength.message), details);
}

/** Whether the callee's own code answered with this error, rather than the way to it. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof RichClientError &&
  error.extra.some((detail) => detail.$type === ErrorInfo.$type && detail.domain === domain);

/** What a callee answered, as a Refusal of the same code; unknown details are left out. */
export function fromClientError(error: ClientError): Refusal {
  let reason: ErrorReason = ErrorReason.UNSPECIFIED;
  let metadata: Record<string, string> = {};
  let violations: { field: string; description: string }[] = [];
  let retryDelayMs: number | undefined;
  for (const detail of error instanceof RichClientError ? error.extra : []) {
    if (detail.$type === ErrorInfo.$type && detail.domain === domain) {
      reason = reasonNamed(detail.reason);
      metadata = detail.metadata;
    } else if (detail.$type === BadRequest.$type) {
      violations = detail.fieldViolations.map(({ field, description }) => ({ field, description }));
    } else if (detail.$type === RetryInfo.$type && detail.retryDelay !== undefined) {
      retryDelayMs = durationMs(detail.retryDelay);
    }
  }
  return new Refusal(error.code, reason, error.details, {
    metadata,
    violations,
    retryDelayMs,
    cause: error,
  });
}
