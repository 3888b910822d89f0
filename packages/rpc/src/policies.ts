import { metrics } from "@opentelemetry/api";
import { backoff, type Logger, sleep } from "@waybill/chassis";
import {
  BrokenCircuitError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  retry,
  TaskCancelledError,
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
   * Bulkhead, retry, breaker. Rejects with cockatiel's errors when there is no room, the breaker is
   * not closed or the signal aborts; otherwise resolves with the outcome of the last attempt. No
   * attempt is waited for that would begin after the deadline, on the clock of performance.now().
   */
  run<Response>(
    attempt: () => Promise<Outcome<Response>>,
    deadline: number,
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
    { maxAttempts: attempts - 1 }, // Without a backoff: see `pausing`.
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
    run: (attempt, deadline, signal) => {
      const paused = pausing(() => guarded(breaker, attempt, signal), deadline, signal);
      if (breaker.state !== CircuitState.Closed) return Promise.reject(new BrokenCircuitError());
      return slots.execute(() => retries.execute(paused, signal), signal);
    },
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

/** Only the probe may half-open the breaker, and nobody waits for its verdict. */
function guarded<Response>(
  breaker: CircuitBreakerPolicy,
  attempt: () => Promise<Outcome<Response>>,
  signal: AbortSignal | undefined,
): Promise<Outcome<Response>> {
  if (breaker.state !== CircuitState.Closed) throw new BrokenCircuitError();
  return breaker.execute(attempt, signal);
}

/**
 * Waits before each attempt after the first one, which cockatiel would do whatever the signal says.
 * A failure after which the deadline comes first is final: it tells the caller more than silence.
 */
function pausing<Response>(
  attempt: () => Promise<Outcome<Response>>,
  deadline: number,
  signal: AbortSignal | undefined,
): () => Promise<Outcome<Response>> {
  let failures = 0;
  let pauseMs = 0;
  return async () => {
    if (failures > 0) {
      await sleep(pauseMs, signal).catch((cause) => {
        throw new TaskCancelledError(String(cause));
      });
    }
    const outcome = await attempt();
    if (outcome.kind === "answered" || outcome.retryAfterMs === undefined) return outcome;
    pauseMs = Math.max(backoff(failures, retryBackoff), outcome.retryAfterMs);
    failures += 1;
    const inTime = performance.now() + pauseMs < deadline;
    return inTime ? outcome : { ...outcome, retryAfterMs: undefined };
  };
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
