import { isSpanContextValid, trace } from "@opentelemetry/api";
import { ErrorReason, type Failure } from "@waybill/contracts/errors";
import { Status } from "nice-grpc-common";
import { Refusal, refuse } from "./refusal.ts";

/** How long a caller is asked to wait when the callee cannot know better. Unit: ms. */
export const defaultRetryDelayMs = 250;

/**
 * Errors of other packages, recognised by name so that neither side depends on the other:
 * a batching point that is full or closing, a database that does not answer, an aborted wait.
 */
const knownErrors: Readonly<Record<string, (cause: Error) => Refusal>> = {
  OverloadedError: (cause) =>
    new Refusal(
      Status.RESOURCE_EXHAUSTED,
      ErrorReason.OVERLOADED,
      "Too much work is queued; try again later",
      { retryDelayMs: defaultRetryDelayMs, cause },
    ),
  DrainingError: (cause) =>
    new Refusal(Status.UNAVAILABLE, ErrorReason.SHUTTING_DOWN, "The process is shutting down", {
      retryDelayMs: defaultRetryDelayMs,
      cause,
    }),
  UnavailableError: (cause) =>
    new Refusal(
      Status.UNAVAILABLE,
      ErrorReason.CALLEE_UNAVAILABLE,
      "The database does not answer; try again later",
      { metadata: { callee: "database" }, retryDelayMs: defaultRetryDelayMs, cause },
    ),
  AbortError: (cause) =>
    new Refusal(Status.CANCELLED, ErrorReason.UNSPECIFIED, "The call was cancelled", { cause }),
  TimeoutError: (cause) =>
    new Refusal(Status.DEADLINE_EXCEEDED, ErrorReason.UNSPECIFIED, "Deadline exceeded", { cause }),
};

/** The Refusal that an error is or stands for; undefined for an unknown one. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error)) return undefined;
  return Object.hasOwn(knownErrors, error.name) ? knownErrors[error.name]?.(error) : undefined;
}

/** The answer to an unknown error: INTERNAL, without its text, which belongs into the log. */
export function internalRefusal(cause: unknown, incident = activeTraceId()): Refusal {
  const message = incident === "" ? "Internal error" : `Internal error; trace id ${incident}`;
  return new Refusal(Status.INTERNAL, ErrorReason.UNSPECIFIED, message, { cause });
}

/** The trace id of the active span; "" when there is none. */
export function activeTraceId(): string {
  const span = trace.getActiveSpan()?.spanContext();
  return span !== undefined && isSpanContextValid(span) ? span.traceId : "";
}

/**
 * The failure of one element of a batch. An unknown error becomes INTERNAL without its text: the
 * caller logs it.
 */
export function toFailure(error: unknown): Failure {
  const refusal = refusalOf(error) ?? internalRefusal(error);
  return {
    code: refusal.code,
    reason: refusal.reason,
    message: refusal.message,
    metadata: { ...refusal.metadata },
    fieldViolations: refusal.violations.map((violation) => ({ ...violation })),
    retryDelay:
      refusal.retryDelayMs === undefined ? undefined : toDuration(refusal.retryDelayMs, BigInt),
  };
}

/** The Refusal that a batch element's failure stands for: the inverse of toFailure. */
export function fromFailure(failure: Failure): Refusal {
  return new Refusal(failure.code, failure.reason, failure.message, {
    metadata: failure.metadata,
    violations: failure.fieldViolations,
    retryDelayMs: failure.retryDelay === undefined ? undefined : durationMs(failure.retryDelay),
  });
}

const transientCodes: ReadonlySet<Status> = new Set([
  Status.UNAVAILABLE,
  Status.DEADLINE_EXCEEDED,
  Status.RESOURCE_EXHAUSTED,
  Status.CANCELLED,
]);

/** Whether the error is transient, so that trying again later may help. */
export function isUnavailable(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && transientCodes.has(refusal.code);
}

/** A google.protobuf.Duration of that many ms; `seconds` turns the whole seconds into its type. */
export const toDuration = <S>(ms: number, seconds: (whole: number) => S) => ({
  seconds: seconds(Math.floor(ms / 1000)),
  nanos: Math.round((ms % 1000) * 1e6),
});

/** The length of a google.protobuf.Duration in ms. */
export const durationMs = (duration: { seconds: bigint | number; nanos: number }): number =>
  Number(duration.seconds) * 1000 + duration.nanos / 1e6;

/** The refusal while a process finishes its work and takes no more. */
export const shuttingDown = (): Refusal =>
  refuse.unavailable(
    ErrorReason.SHUTTING_DOWN,
    "The process is shutting down; another replica can answer",
    defaultRetryDelayMs,
  );
