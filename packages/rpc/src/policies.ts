import { metrics } from "@opentelemetry/api";
import { backoff, type Logger } from "@waybill/chassis";
import {
  BrokenCircuitError,
  type BulkheadPolicy,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  type IRetryBackoffContext,
  type RetryPolicy,
  retry,
} from "cockatiel";
import { countRetry } from "./callMetrics.ts";
import type { Refusal } from "./refusal.ts";

/** How one attempt of a call ended. Refusals are values here, so that each policy can judge them. */
export type Outcome<Response> =
  | { readonly kind: "answered"; readonly response: Response }
  | {
      readonly kind: "failed";
      readonly refusal: Refusal;
      /** The callee did not answer: counts against it. A refusal of its own code never does. */
      readonly unreachable: boolean;
      /** Trying again may help, after this many ms at least. */
      readonly retryAfterMs: number | undefined;
    };

export interface PolicyLimits {
  /** Attempts of one call in all. Default 3. */
  readonly attempts?: number;
  /** Calls under way, and calls waiting for their turn; more are refused. Default 256 and 1024. */
  readonly bulkhead?: { readonly concurrent: number; readonly queued: number };
  /** Default: opens after 5 attempts in a row without an answer, asks again after 1,000 ms. */
  readonly breaker?: { readonly consecutiveFailures?: number; readonly halfOpenAfterMs?: number };
}

export type BreakerState = "closed" | "open" | "half-open";

/** One process's protection against one callee, shared by all its calls. */
export interface Policies extends Disposable {
  readonly state: BreakerState;
  /** Calls that may begin at once; the next one would have to wait. */
  readonly freeSlots: number;
  /**
   * Bulkhead, retry, breaker. Rejects with cockatiel's errors when there is no room or the breaker
   * is not closed; otherwise resolves with the outcome of the last attempt.
   */
  run<Response>(
    attempt: () => Promise<Outcome<Response>>,
    signal?: AbortSignal,
  ): Promise<Outcome<Response>>;
}

/** The wait before the second attempt is 25 to 50 ms, doubled each time. */
const retryBackoff = { firstMs: 50, capMs: 1_000 } as const;

/**
 * cockatiel's breaker looks at the wall clock, which may be set back: a probe that is early by it would be refused, and be the last one.
 * The timer of the probe alone says when it is time.
 */
const anyTime = Number.NEGATIVE_INFINITY;

/** Made when it is needed: a counter made before telemetry starts would count nothing. */
const breakerChanges = () =>
  metrics.getMeter("waybill.rpc").createCounter("waybill.rpc.breaker.changes", {
    description: "Changes of breakers, by callee and the state that they came into.",
    unit: "{change}",
  });

const isFailed = (outcome: unknown): outcome is Outcome<never> & { kind: "failed" } =>
  (outcome as Outcome<unknown>).kind === "failed";

function nextDelay({ attempt, result }: IRetryBackoffContext<unknown>): number {
  const jittered = backoff(attempt - 1, retryBackoff);
  const outcome = "value" in result ? result.value : undefined;
  return Math.max(jittered, (isFailed(outcome) && outcome.retryAfterMs) || 0);
}

const stateNames: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "half-open",
  [CircuitState.Isolated]: "open",
};

/**
 * The policies towards one callee. While the breaker is open no caller is sacrificed to find out
 * whether the callee is back: `probe` asks it in the background.
 */
export function createPolicies(
  callee: string,
  limits: PolicyLimits,
  probe: () => Promise<Outcome<void>>,
  logger: Logger,
): Policies {
  const { attempts = 3, bulkhead: room = { concurrent: 256, queued: 1024 } } = limits;
  const { consecutiveFailures = 5, halfOpenAfterMs = 1_000 } = limits.breaker ?? {};
  const slots = bulkhead(room.concurrent, room.queued);
  const retries = retry(
    handleWhenResult((outcome) => isFailed(outcome) && outcome.retryAfterMs !== undefined),
    { maxAttempts: attempts - 1, backoff: new DelegateBackoff(nextDelay) },
  );
  retries.onRetry(() => countRetry(callee));
  const breaker = circuitBreaker(
    handleWhenResult((outcome) => isFailed(outcome) && outcome.unreachable),
    { halfOpenAfter: anyTime, breaker: new ConsecutiveBreaker(consecutiveFailures) },
  );
  const probing = probeWhileOpen(breaker, halfOpenAfterMs, probe);
  report(callee, breaker, logger);
  return {
    get state() {
      return stateNames[breaker.state];
    },
    get freeSlots() {
      return slots.executionSlots;
    },
    run: (attempt, signal) => run(slots, retries, breaker, attempt, signal),
    [Symbol.dispose]: () => probing[Symbol.dispose](),
  };
}

/** Counts each change of state; says aloud when the callee is lost and when it is back. */
function report(callee: string, breaker: CircuitBreakerPolicy, logger: Logger): void {
  let lost = false;
  const changes = breakerChanges();
  breaker.onStateChange((state) => {
    const name = stateNames[state];
    changes.add(1, { callee, state: name });
    const news = name === "closed" || (name === "open" && !lost);
    if (!news) return;
    lost = name === "open";
    if (lost)
      logger.warn({ callee, breaker: name }, `${callee} does not answer; calls fail at once`);
    else logger.info({ callee, breaker: name }, `${callee} answers again`);
  });
}

function run<Response>(
  slots: BulkheadPolicy,
  retries: RetryPolicy,
  breaker: CircuitBreakerPolicy,
  attempt: () => Promise<Outcome<Response>>,
  signal: AbortSignal | undefined,
): Promise<Outcome<Response>> {
  // Only the probe may half-open the breaker, and nobody waits for its verdict.
  const guarded = () => {
    if (breaker.state !== CircuitState.Closed) throw new BrokenCircuitError();
    return breaker.execute(attempt, signal);
  };
  if (breaker.state !== CircuitState.Closed) return Promise.reject(new BrokenCircuitError());
  return slots.execute(() => retries.execute(guarded, signal), signal);
}

/** Asks the callee through the breaker, each time it may half-open, until it is closed again. */
function probeWhileOpen(
  breaker: CircuitBreakerPolicy,
  everyMs: number,
  probe: () => Promise<Outcome<void>>,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;
  breaker.onBreak(() => {
    if (disposed) return;
    // A callee that stays away must not keep this process from ending.
    timer = setTimeout(() => void breaker.execute(probe).catch(() => {}), everyMs).unref();
  });
  return {
    [Symbol.dispose]() {
      disposed = true;
      clearTimeout(timer);
    },
  };
}
