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

/**
 * Limits that keep an error within one header block of HTTP/2, which has 64 KiB for everything.
 * Texts are measured in characters.
 */
const limits = { message: 2_000, violations: 50, description: 200, facts: 128, fact: 200 } as const;

/** Cuts a text; a character that was cut in half would make the status header unwritable. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** The gRPC status of a Refusal, with ErrorInfo, BadRequest and RetryInfo as rich details. */
export function toRichError(refusal: Refusal): RichServerError {
  const facts = Object.entries(refusal.metadata).slice(0, limits.facts);
  const details: (ErrorInfo | BadRequest | RetryInfo)[] = [
    ErrorInfo.fromPartial({
      domain,
      reason: reasonName(refusal.reason),
      metadata: Object.fromEntries(facts.map(([name, value]) => [name, cut(value, limits.fact)])),
    }),
  ];
  if (refusal.violations.length > 0) {
    const fieldViolations = refusal.violations
      .slice(0, limits.violations)
      .map(({ field, description }) => ({
        field: cut(field, limits.description),
        description: cut(description, limits.description),
      }));
    details.push(BadRequest.fromPartial({ fieldViolations }));
  }
  if (refusal.retryDelayMs !== undefined) {
    details.push(RetryInfo.fromPartial({ retryDelay: toDuration(refusal.retryDelayMs, Number) }));
  }
  return new RichServerError(refusal.code, cut(refusal.message, limits.message), details);
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
