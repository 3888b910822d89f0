import { randomUUID } from "node:crypto";
import { type Context, context, trace } from "@opentelemetry/api";
import type { Logger } from "@waybill/chassis";
import {
  type CallContext,
  ServerError,
  type ServerMiddleware,
  type ServerMiddlewareCall,
  Status,
} from "nice-grpc-common";
import { errorDetailsServerMiddleware, type RichServerError } from "nice-grpc-error-details";
import { type Authorize, isOpen, type RunAsCaller } from "./authorize.ts";
import { recordServed } from "./callMetrics.ts";
import { withDeadline } from "./deadline.ts";
import { internalRefusal, refusalOf, shuttingDown } from "./failure.ts";
import type { Refusal } from "./refusal.ts";
import { toRichError } from "./richError.ts";
import { endSpan, serverSpan } from "./spans.ts";

/** The calls of one server, as far as draining it is concerned. */
export interface OpenCalls {
  /** Aborted when the server drains: streams end, so that their callers turn to another replica. */
  readonly draining: AbortSignal;
  /** Judges each call first; health and reflection are open. */
  readonly authorize: Authorize;
  readonly logger: Logger;
}

/**
 * What every call gets: the caller's trace and deadline as its context, a span when it is sampled,
 * and errors turned into statuses. One middleware for all of it, since each costs its own.
 */
export const handleCalls = (calls: OpenCalls): ServerMiddleware =>
  async function* handleCall(call, callContext) {
    const since = performance.now();
    const traced = serverSpan(call.method.path, callContext.metadata);
    const active = withDeadline(traced.context, callContext.metadata);
    let code: Status = Status.OK;
    let message = "";
    try {
      const judged = admitted(call.method.path, callContext, active, calls.authorize);
      const run = judged instanceof Promise ? await judged : judged;
      if (call.responseStream) return yield* stream(call, callContext, run, calls.draining);
      const handled = call.next(call.request, callContext);
      const result = await run(() => handled.next());
      return result.value as never;
    } catch (error) {
      const status = statusOf(error, call.method.path, active, calls);
      code = status.code;
      message = status.message;
      if (status instanceof ServerError) throw status;
      return yield* withDetails(toRichError(status), callContext);
    } finally {
      endSpan(traced.span, code, message);
      recordServed(call.method.path, code, since);
    }
  };

/** How the handler of an authorised call is run: in the call's context, as its caller. */
function admitted(
  path: string,
  { metadata }: CallContext,
  active: Context,
  authorize: Authorize,
): RunAsCaller | Promise<RunAsCaller> {
  if (isOpen(path)) return (work) => context.with(active, work);
  const within = (asCaller: RunAsCaller): RunAsCaller => {
    return (work) => context.with(active, () => asCaller(work));
  };
  const judged = context.with(active, () => authorize({ path, metadata }));
  return judged instanceof Promise ? judged.then(within) : within(judged);
}

/**
 * Throws the error after the details middleware has put them into the trailer. Only failures pay
 * for that middleware.
 */
function withDetails(
  error: RichServerError,
  callContext: CallContext,
): AsyncGenerator<never, never, undefined> {
  // biome-ignore lint/correctness/useYield: only its failure is wanted.
  async function* next(): AsyncGenerator<never, never, undefined> {
    throw error;
  }
  const call = { next } as unknown as ServerMiddlewareCall<unknown, never>;
  return errorDetailsServerMiddleware(call, callContext) as AsyncGenerator<never, never, undefined>;
}

type StreamCall<Request, Response> = Extract<
  ServerMiddlewareCall<Request, Response>,
  { responseStream: true }
>;

/** Runs a streaming handler step by step as its caller; draining aborts its signal. */
async function* stream<Request, Response>(
  call: StreamCall<Request, Response>,
  callContext: CallContext,
  run: RunAsCaller,
  draining: AbortSignal,
): AsyncGenerator<Response, void, undefined> {
  const signal = AbortSignal.any([callContext.signal, draining]);
  const handled = call.next(call.request, { ...callContext, signal });
  try {
    while (true) {
      const step = await run(() => handled.next());
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await handled.return();
  }
}

/** The status of an error; an unknown one is logged with its stack and answered without. */
function statusOf(
  error: unknown,
  path: string,
  active: Context,
  { draining, logger }: OpenCalls,
): Refusal | ServerError {
  if (error instanceof ServerError) return error;
  const known = refusalOf(error);
  if (known?.code === Status.CANCELLED && draining.aborted) return shuttingDown();
  if (known !== undefined) return known;
  const incident = trace.getSpanContext(active)?.traceId ?? randomUUID().replaceAll("-", "");
  logger.error({ error, rpc: path.slice(1), trace_id: incident }, "An RPC failed unexpectedly");
  return internalRefusal(error, incident);
}
