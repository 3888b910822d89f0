import { baseConfig, envDuration, envInteger, loadConfig } from "@waybill/chassis";

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(
    {
      ...baseConfig,
      /**
       * How long an order may stay where it is before its last event is announced again; the interval doubles with each time. To be above
       * the workflow's CANCELLATION_WINDOW, which is no reason to announce every order twice.
       */
      REANNOUNCE_AFTER: envDuration(30_000, { minMs: 100 }),
      /** Commands per transaction at most, and transactions at once. */
      BATCH_SIZE: envInteger({ min: 1, max: 512, default: 256 }),
      BATCH_LANES: envInteger({ min: 1, max: 8, default: 1 }),
    },
    env,
  );
