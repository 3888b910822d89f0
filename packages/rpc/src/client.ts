import { type Context, context, type Span } from "@opentelemetry/api";
import { repeatable } from "@waybill/contracts/repeating";
import {
  BulkheadRejectedError,
  isBrokenCircuitError,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
} from "cockatiel";
import {
  type Channel,
  createClientFactory,
  type Client as NiceClient,
  type TsProtoServiceDefinition,
} from "nice-grpc";
import { type DeadlineOptions, deadlineMiddleware } from "nice-grpc-client-middleware-deadline";
import { type CallOptions, ClientError, Metadata, Status } from "nice-grpc-common";
import { errorDetailsClientMiddleware } from "nice-grpc-error-details";
import {
  type Call,
  cancelled,
  createAttempts,
  deadlineExceeded,
  overloaded,
  unavailable,
} from "./attempt.ts";
import { acquireCallee, type Callee, type CalleeConfig } from "./callee.ts";
import { countRejection, recordCalled } from "./callMetrics.ts";
import { announceTimeout, remainingMs } from "./deadline.ts";
import type { Outcome } from "./policies.ts";
import { Refusal } from "./refusal.ts";
import { fromClientError } from "./richError.ts";
import { clientSpan, endSpan, injectTrace, noteAttempt, noteRejection } from "./spans.ts";
import { blamingOwnToken, presentToken, type TokenSource } from "./token.ts";

export interface ClientConfig extends CalleeConfig {
  /** How long a call waits in all, unless its caller's deadline is earlier. Default 5,000 ms. */
  readonly timeoutMs?: number;
  /** The token that calls present, unless a call's own metadata has an `authorization`. */
  readonly token?: TokenSource | undefined;
}

/** What a call may set, besides nice-grpc's metadata and signal. */
export interface CallLimits {
  /** Instead of the client's timeout. A stream has none unless it is given here. Unit: ms. */
  readonly timeoutMs?: number;
}

/** Methods of a service; they throw Refusals. Disposing closes unshared connections. */
export type Client<D extends TsProtoServiceDefinition> = NiceClient<D, CallLimits> &
  AsyncDisposable;

type Options = CallOptions & CallLimits;
type Unary = (request: unknown, options?: CallOptions) => Promise<unknown>;
type Streaming = (request: unknown, options?: CallOptions) => AsyncIterable<unknown>;
type Method = Unary & Streaming;

/**
 * A client of one service of a callee. Unary calls go through the callee's policies: bulkhead,
 * deadline, retries, breaker, timeout per attempt; they pass on the caller's trace and remaining
 * deadline. Streams get trace, deadline if given, and error mapping only.
 */
export function createClient<D extends TsProtoServiceDefinition>(
  definition: D,
  config: ClientConfig,
): Client<D> {
  const callee = acquireCallee(config);
  const attempts = createAttempts(callee.attemptTimeoutMs);
  const raw = callee.channels.map((channel) => rawClient(definition, channel));
  let turn = 0;
  const nextChannel = () => {
    turn = (turn + 1) % raw.length;
    return raw[turn] as RawClient;
  };
  const methods = Object.entries(definition.methods).map(([name, method]) => {
    const path = `/${definition.fullName}/${method.name}`;
    const invoke = ((request, options) => nextChannel()[name]?.(request, options)) as Method;
    const call = method.responseStream
      ? streamingCall(path, callee, invoke, config.token)
      : unaryCall(
          path,
          callee,
          attempts,
          { invoke, isRepeatable: repeatability(path, method) },
          config,
        );
    return [name, call] as const;
  });
  const dispose = async () => callee[Symbol.dispose]();
  return Object.assign(Object.fromEntries(methods), {
    [Symbol.asyncDispose]: dispose,
  }) as unknown as Client<D>;
}

type IsRepeatable = (request: never) => boolean;

/**
 * Which requests of an RPC may be sent again. By the contract: all of those with an idempotency_level; of some others those that name what they
 * make; none of the rest, such as logins and the exchange of a refresh token: a repetition is another one.
 */
function repeatability(
  path: string,
  { options }: { readonly options: { readonly idempotencyLevel?: unknown } },
): IsRepeatable {
  if (options.idempotencyLevel !== undefined) return () => true;
  return repeatable.get(path.slice(1)) ?? (() => false);
}

type RawClient = Readonly<Record<string, Method>>;

const unaryFactory = createClientFactory().use(errorDetailsClientMiddleware);
const streamingFactory = unaryFactory.use(deadlineMiddleware); // Unary attempts time themselves.

const rawClient = (definition: TsProtoServiceDefinition, channel: Channel): RawClient => {
  const unary = unaryFactory.create(definition, channel) as unknown as RawClient;
  const streaming = streamingFactory.create(definition, channel) as unknown as RawClient;
  const methods = Object.entries(definition.methods).map(([name, { responseStream }]) => [
    name,
    (responseStream ? streaming : unary)[name],
  ]);
  return Object.fromEntries(methods);
};

function unaryCall(
  path: string,
  callee: Callee,
  attempt: ReturnType<typeof createAttempts>,
  { invoke, isRepeatable }: { readonly invoke: Unary; readonly isRepeatable: IsRepeatable },
  { timeoutMs: defaultTimeoutMs = 5_000, token }: ClientConfig,
) {
  return async (request: unknown, given: Options = {}): Promise<unknown> => {
    const { timeoutMs = defaultTimeoutMs, ...options } = given;
    const budgetMs = Math.min(timeoutMs, remainingMs() ?? Number.POSITIVE_INFINITY);
    const since = performance.now();
    const { span, context: traced } = clientSpan(path, callee.name);
    const call: Call<unknown> = {
      callee: callee.name,
      options,
      deadline: since + budgetMs,
      traced,
      token,
      isRepeatable: isRepeatable(request as never),
      invoke: (attemptOptions) => invoke(request, attemptOptions),
    };
    try {
      const tries = span === undefined ? () => attempt(call) : noted(() => attempt(call), span);
      const response = await perform(callee, tries, call.deadline, options.signal);
      endSpan(span, Status.OK);
      recordCalled(path, Status.OK, callee.name, since);
      return response;
    } catch (error) {
      const refused = surfaced(error, callee.name, options.signal, span);
      const thrown = blamingOwnToken(refused, callee.name, token, options.metadata);
      const code = codeOf(thrown);
      endSpan(span, code, String(thrown));
      recordCalled(path, code, callee.name, since);
      throw thrown;
    }
  };
}

/** Tells in the call's span of every attempt that failed. */
function noted(attempt: () => Promise<Outcome<unknown>>, span: Span) {
  let attempts = 0;
  return async (): Promise<Outcome<unknown>> => {
    attempts += 1;
    const outcome = await attempt();
    if (outcome.kind === "failed") {
      const { code, message } = outcome.refusal;
      noteAttempt(span, attempts, code, message);
    }
    return outcome;
  };
}

/** Runs the attempts under the callee's policies; throws the refusal of the last one. */
async function perform(
  callee: Callee,
  attempt: () => ReturnType<ReturnType<typeof createAttempts>>,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  // All but waiting for a free slot keeps the deadline by itself.
  const outcome =
    callee.policies.freeSlots > 0
      ? await callee.policies.run(attempt, deadline, signal)
      : await timeout(deadline - performance.now(), {
          strategy: TimeoutStrategy.Aggressive,
          abortOnReturn: false,
        }).execute(
          ({ signal: bounded }) => callee.policies.run(attempt, deadline, bounded),
          signal,
        );
  if (outcome.kind === "failed") throw outcome.refusal;
  return outcome.response;
}

/** The Refusal that an error means to the caller; a fault of this process stays what it is. */
function surfaced(
  error: unknown,
  callee: string,
  signal: AbortSignal | undefined,
  span?: Span,
): unknown {
  if (error instanceof Refusal) return error;
  if (signal?.aborted === true) return cancelled(error);
  if (isBrokenCircuitError(error)) {
    countRejection(callee, "breaker");
    noteRejection(span, "breaker");
    return unavailable(callee);
  }
  if (error instanceof BulkheadRejectedError) {
    countRejection(callee, "bulkhead");
    noteRejection(span, "bulkhead");
    return overloaded(callee);
  }
  if (error instanceof TaskCancelledError) return deadlineExceeded(callee, error);
  return error instanceof ClientError ? fromClientError(error) : error;
}

const codeOf = (error: unknown): Status =>
  error instanceof Refusal ? error.code : Status.INTERNAL;

function streamingCall(
  path: string,
  callee: Callee,
  invoke: Streaming,
  token: TokenSource | undefined,
) {
  // A generator begins when it is first asked, which may be in another context than the call.
  return (request: unknown, options: Options = {}): AsyncIterable<unknown> => {
    const bearing = async function* (outgoing: CallOptions & DeadlineOptions) {
      await presentToken(outgoing.metadata as Metadata, token);
      try {
        yield* invoke(request, outgoing);
      } catch (error) {
        const refused = surfaced(error, callee.name, options.signal);
        throw blamingOwnToken(refused, callee.name, token, options.metadata);
      }
    };
    return streamed(path, callee, bearing, options, context.active());
  };
}

async function* streamed(
  path: string,
  callee: Callee,
  invoke: (options: CallOptions & DeadlineOptions) => AsyncIterable<unknown>,
  { timeoutMs, ...options }: Options,
  active: Context,
): AsyncGenerator<unknown> {
  const { span, context: traced } = clientSpan(path, callee.name, active);
  const metadata = Metadata(options.metadata);
  injectTrace(traced, metadata);
  if (timeoutMs !== undefined) announceTimeout(metadata, timeoutMs);
  const deadline = timeoutMs === undefined ? {} : { deadline: timeoutMs };
  let code: Status = Status.OK;
  try {
    yield* invoke({ ...options, ...deadline, metadata });
  } catch (error) {
    const thrown = surfaced(error, callee.name, options.signal);
    code = codeOf(thrown);
    throw thrown;
  } finally {
    endSpan(span, code);
  }
}
