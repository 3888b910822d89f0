import {
  baseConfig,
  envAddress,
  envDuration,
  envInteger,
  envUrl,
  type loadConfig,
} from "@waybill/chassis";
import { fenceRetentionMs } from "@waybill/tcc";
import type { Settings } from "./app/settings.ts";
import type { Delays } from "./provider/simulatedRules.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** The environment variables of payment. */
export const configSchema = {
  ...baseConfig,
  /** Who is asked for the fate of orders whose payments have expired. */
  STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
  ORDER_ADDRESS: envAddress("127.0.0.1:50051"),
  /** How long a payment may be undecided before its order's fate is asked for. */
  HOLD_EXPIRY: envDuration(120_000, { minMs: 100 }),
  /** How often expired payments are looked for. */
  REAPER_INTERVAL: envDuration(5_000, { minMs: 50 }),
  /** How long a payment may be left half confirmed or half cancelled before it is taken up again. */
  SETTLE_AFTER: envDuration(2_000, { minMs: 100 }),
  /** How long fences in an end state are kept; longer than any event can come back, also by DEAD_LETTERS. */
  FENCE_RETENTION: envDuration(fenceRetentionMs, { minMs: 8 * dayMs, maxMs: 3_650 * dayMs }),
  /** Try, Confirm and Cancel operations of one batch, and batches at a time. */
  BATCH_SIZE: envInteger({ min: 1, max: 512, default: 256 }),
  BATCH_LANES: envInteger({ min: 1, max: 8, default: 2 }),

  /** How long a batch waits for the provider's answers; the rest are told to ask again. */
  PROVIDER_PATIENCE: envDuration(250, { minMs: 1, maxMs: 10_000 }),
  /** When the provider's silence counts as unknown. */
  PROVIDER_TIMEOUT: envDuration(10_000, { minMs: 10, maxMs: 60_000 }),
  /** Provider calls under way at a time. */
  PROVIDER_CONCURRENCY: envInteger({ min: 1, max: 10_000, default: 512 }),

  /** The simulated provider's own database. */
  PROVIDER_DATABASE_URL: envUrl(),
  PROVIDER_POOL_SIZE: envInteger({ min: 1, max: 50, default: 4 }),
  /** When the simulated provider authorises pm_pending, and when it answers pm_slow. */
  PENDING_DELAY: envDuration(2_000),
  SLOW_DELAY: envDuration(1_500),
};

export type PaymentConfig = ReturnType<typeof loadConfig<typeof configSchema>>;

export const settingsOf = (config: PaymentConfig): Settings => ({
  holdExpiryMs: config.HOLD_EXPIRY,
  settleAfterMs: config.SETTLE_AFTER,
  providerPatienceMs: config.PROVIDER_PATIENCE,
  providerTimeoutMs: config.PROVIDER_TIMEOUT,
  providerConcurrency: config.PROVIDER_CONCURRENCY,
  retentionMs: config.FENCE_RETENTION,
  batchSize: config.BATCH_SIZE,
  batchLanes: config.BATCH_LANES,
});

export const providerDelays = (config: PaymentConfig): Delays => ({
  pendingMs: config.PENDING_DELAY,
  slowMs: config.SLOW_DELAY,
});
