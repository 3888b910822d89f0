import {
  backoff,
  baseConfig,
  ConfigError,
  envAddress,
  envDuration,
  envInteger,
  loadConfig,
} from "@waybill/chassis";
import type { RetryRules } from "./domain/schedule.ts";

const minuteMs = 60_000;

/** What the workflow is configured by. Durations are in ms once read. */
const shape = {
  ...baseConfig,
  STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
  ITEM_ADDRESS: envAddress("127.0.0.1:50053"),
  PAYMENT_ADDRESS: envAddress("127.0.0.1:50054"),
  ORDER_ADDRESS: envAddress("127.0.0.1:50051"),
  /** How long after placing an order can still be cancelled. */
  CANCELLATION_WINDOW: envDuration(5_000),
  /** How long after placing an undecided order is cancelled; longer than the window. */
  DECIDE_BY: envDuration(30 * minuteMs),
  /** What has failed for longer is listed as stuck. */
  STUCK_AFTER: envDuration(minuteMs),
  /** The wait after a first failure; it doubles with each further one. */
  RETRY_FIRST: envDuration(1_000, { minMs: 10 }),
  /** No wait after a failure is longer. */
  RETRY_CAP: envDuration(minuteMs, { minMs: 10 }),
  /** How long after a replica has died others take the orders that it had taken up. */
  CLAIM_LEASE: envDuration(15_000, { minMs: 1_000 }),
  /** Events, and orders that are due, at a time. */
  BATCH_SIZE: envInteger({ min: 1, max: 512, default: 256 }),
  /** Batches of events at a time. */
  LANES: envInteger({ min: 1, max: 8, default: 2 }),
};

/** Reads the configuration. Throws a ConfigError that lists what is wrong with it. */
export function readConfig(env: NodeJS.ProcessEnv) {
  const config = loadConfig(shape, env);
  if (config.CANCELLATION_WINDOW < config.DECIDE_BY) return config;
  throw new ConfigError([
    {
      variable: "DECIDE_BY",
      found: `is ${config.DECIDE_BY} ms`,
      expected: `more than CANCELLATION_WINDOW, ${config.CANCELLATION_WINDOW} ms`,
    },
  ]);
}

export type Config = ReturnType<typeof readConfig>;

/** How often a failed step is tried again. */
export const retryRulesOf = ({ RETRY_FIRST, RETRY_CAP, STUCK_AFTER }: Config): RetryRules => ({
  delayMs: (attempts) => backoff(attempts - 1, { firstMs: RETRY_FIRST, capMs: RETRY_CAP }),
  refusedDelayMs: () => backoff(0, { firstMs: RETRY_CAP, capMs: RETRY_CAP }),
  stuckAfterMs: STUCK_AFTER,
});
