import { baseConfig, envAddress, envDuration, envInteger, loadConfig } from "@waybill/chassis";
import { fenceRetentionMs } from "@waybill/tcc";

const dayMs = 24 * 60 * 60 * 1000;

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(
    {
      ...baseConfig,
      /** Who is asked for the fate of orders whose holds have expired. */
      STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
      ORDER_ADDRESS: envAddress("127.0.0.1:50051"),
      /** How long a hold may be undecided before its order's fate is asked for. */
      HOLD_EXPIRY: envDuration(120_000, { minMs: 100 }),
      /** How often expired holds are looked for. */
      REAPER_INTERVAL: envDuration(5_000, { minMs: 50 }),
      /** How long reservations in an end state are kept; longer than any event can come back, also by DEAD_LETTERS. */
      FENCE_RETENTION: envDuration(fenceRetentionMs, { minMs: 8 * dayMs, maxMs: 3_650 * dayMs }),
      /** Try, Confirm and Cancel operations of one batch, and batches at a time. */
      BATCH_SIZE: envInteger({ min: 1, max: 512, default: 256 }),
      BATCH_LANES: envInteger({ min: 1, max: 8, default: 1 }),
    },
    env,
  );
