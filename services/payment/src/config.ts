import { baseConfig, envAddress, envDuration, envInteger, envUrl } from "@waybill/chassis";

/** The environment variables of payment, besides those of every service. */
export const config = {
  ...baseConfig,
  /** Who is asked for the fate of orders whose payments have expired. */
  STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
  ORDER_ADDRESS: envAddress("127.0.0.1:50051"),
  /** The simulated provider's own database. */
  PROVIDER_DATABASE_URL: envUrl(),
  /** How long a payment may be undecided before its order's fate is asked for. */
  HOLD_EXPIRY: envDuration(120_000, { minMs: 100 }),
  /** How long a payment may be left half confirmed or half cancelled before it is taken up again. */
  SETTLE_AFTER: envDuration(2_000, { minMs: 100 }),
  /** How long a batch waits for the provider's answers; the rest are told to ask again. */
  PROVIDER_PATIENCE: envDuration(250, { minMs: 1, maxMs: 10_000 }),
  /** When the provider's silence counts as unknown. */
  PROVIDER_TIMEOUT: envDuration(10_000, { minMs: 10, maxMs: 60_000 }),
  /** Provider calls under way at a time. */
  PROVIDER_CONCURRENCY: envInteger({ min: 1, max: 10_000, default: 512 }),
  /** When the simulated provider authorises pm_pending. */
  PENDING_DELAY: envDuration(2_000),
  /** How long fences in an end state are kept; longer than the streams keep events (7 days). */
  FENCE_RETENTION: envDuration(30 * 86_400_000, {
    minMs: 8 * 86_400_000,
    maxMs: 3_650 * 86_400_000,
  }),
  /** Try, Confirm and Cancel operations of one batch, and batches at a time. */
  BATCH_SIZE: envInteger({ min: 1, max: 512, default: 256 }),
  BATCH_LANES: envInteger({ min: 1, max: 8, default: 2 }),
};
