import type { Context } from "@opentelemetry/api";
import { ErrorReason } from "@waybill/contracts/errors";
import { type TimeoutPolicy, TimeoutStrategy, timeout } from "cockatiel";
import { type CallOptions, ClientError, Metadata, Status } from "nice-grpc-common";
import { countTimeout } from "./callMetrics.ts";
import { announceTimeout } from "./deadline.ts";
import type { Outcome } from "./policies.ts";
import { Refusal, refuse } from "./refusal.ts";
import { fromClientError, isAnswer } from "./richError.ts";
import { injectTrace } from "./spans.ts";
import { presentToken, type TokenSource } from "./token.ts";

/** One call to a callee, whatever number of attempts it takes. */
export interface Call<Response> {
  readonly callee: string;
  readonly options: CallOptions;
  /** When the caller stops waiting, on the clock of performance.now(). */
  readonly deadline: number;
  readonly traced: Context;
  /** Proves who calls, unless the call's own metadata does. */
  readonly token: TokenSource | undefined;
  /** The contract says that this request may be sent twice. Others are tried once, with all the time there is. */
  readonly isRepeatable: boolean;
  readonly invoke: (options: CallOptions) => Promise<Response>;
}

/** A callee that asks for a longer wait is not waited for within a call. Unit: ms. */
const maxRetryDelayMs = 1_000;

/**
 * An attempt that had less time than this says little about the callee when it runs out: the caller
 * may just have come late. Unit: ms.
 */
const tellingMs = 500;

/** Makes the attempts of one callee's calls, each with its own timeout. */
export function createAttempts(attemptTimeoutMs: number) {
  const limit = (ms: number): TimeoutPolicy =>
    timeout(ms, { strategy: TimeoutStrategy.Cooperative, abortOnReturn: false });
  const usual = limit(attemptTimeoutMs);
  return async <Response>(call: Call<Response>): Promise<Outcome<Response>> => {
    const leftMs = call.deadline - performance.now();
    if (leftMs <= 0) return failed(deadlineExceeded(call.callee));
    const budgetMs = call.isRepeatable ? Math.min(leftMs, attemptTimeoutMs) : leftMs;
    const bounded = budgetMs === attemptTimeoutMs ? usual : limit(budgetMs);
    const { metadata, ...rest } = call.options;
    const outgoing = Metadata(metadata);
    announceTimeout(outgoing, budgetMs);
    injectTrace(call.traced, outgoing);
    try {
      const bearing = presentToken(outgoing, call.token);
      if (bearing !== undefined) await bearing;
      const response = await bounded.execute(
        ({ signal }) => call.invoke({ ...rest, metadata: outgoing, signal }),
        call.options.signal,
      );
      return { kind: "answered", response };
    } catch (error) {
      return outcomeOf(error, call, budgetMs >= Math.min(attemptTimeoutMs, tellingMs));
    }
  };
}

const failed = (refusal: Refusal, unreachable = false, retryAfterMs?: number): Outcome<never> => ({
  kind: "failed",
  refusal,
  unreachable,
  retryAfterMs,
});

/** Judges an error: whose fault it is, and whether trying again may help. */
function outcomeOf(error: unknown, call: Call<unknown>, telling: boolean): Outcome<never> {
  if (call.options.signal?.aborted === true) return failed(cancelled(error));
  if (isAnswer(error)) return answered(fromClientError(error as ClientError), call.isRepeatable);
  const againMs = call.isRepeatable ? 0 : undefined; // It may have been done.
  if (isTimeout(error)) {
    countTimeout(call.callee);
    return failed(deadlineExceeded(call.callee, error), telling, againMs);
  }
  if (!(error instanceof ClientError)) throw error;
  if (isNotBegun(error)) return failed(unavailable(call.callee, error), false, 0);
  if (isLost(error)) return failed(unavailable(call.callee, error), true, againMs);
  return failed(fromClientError(error));
}

/** What a callee says before it has begun; others may come after a commit whose answer was lost. */
const untouched: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.OVERLOADED,
  ErrorReason.SHUTTING_DOWN,
]);

/** The callee's own refusal: retried when it says that this helps, and soon. */
function answered(refusal: Refusal, isRepeatable: boolean): Outcome<never> {
  const { code, reason, retryDelayMs } = refusal;
  const helps =
    code === Status.UNAVAILABLE ||
    (code === Status.RESOURCE_EXHAUSTED && retryDelayMs !== undefined);
  const again = helps && (isRepeatable || untouched.has(reason));
  const soon = (retryDelayMs ?? 0) <= maxRetryDelayMs;
  return failed(refusal, false, again && soon ? (retryDelayMs ?? 0) : undefined);
}

/** This end's timer, or the callee's, which is told the same deadline. */
const isTimeout = (error: unknown): boolean =>
  (error instanceof ClientError && error.code === Status.DEADLINE_EXCEEDED) ||
  (error instanceof Error && error.name === "AbortError");

/**
 * The connection was refused or lost, or the callee was killed in the middle of the call, which
 * grpc-js reports as CANCELLED or INTERNAL.
 */
const isLost = (error: ClientError): boolean =>
  error.code === Status.UNAVAILABLE ||
  error.code === Status.CANCELLED ||
  (error.code === Status.INTERNAL && error.details.startsWith("Received RST_STREAM"));

/** HTTP/2's word that a call came to a connection that is being replaced, and was not begun. */
const isNotBegun = (error: ClientError): boolean =>
  error.code === Status.UNAVAILABLE && error.details.includes("NGHTTP2_REFUSED_STREAM");

/** The refusal of a call to a callee that cannot be reached. */
export function unavailable(callee: string, cause?: ClientError): Refusal {
  const text = cause === undefined ? "" : `: ${cause.details}`;
  return new Refusal(
    Status.UNAVAILABLE,
    ErrorReason.CALLEE_UNAVAILABLE,
    `${callee} does not answer${text}`,
    { metadata: { callee }, cause },
  );
}

/** The refusal of a call that this process has no room for. */
export const overloaded = (callee: string): Refusal =>
  refuse.resourceExhausted(
    ErrorReason.OVERLOADED,
    `Too many calls to ${callee} are under way`,
    100,
    { callee },
  );

/** The refusal of a call whose time is up. */
export const deadlineExceeded = (callee: string, cause?: unknown): Refusal =>
  new Refusal(
    Status.DEADLINE_EXCEEDED,
    ErrorReason.CALLEE_UNAVAILABLE,
    `${callee} did not answer in time`,
    { metadata: { callee }, cause },
  );

/** The refusal of a call that its caller gave up. */
export const cancelled = (cause?: unknown): Refusal =>
  new Refusal(Status.CANCELLED, ErrorReason.UNSPECIFIED, "The call was cancelled", { cause });
