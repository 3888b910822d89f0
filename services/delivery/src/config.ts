import { baseConfig, envAddress, envDuration, loadConfig } from "@waybill/chassis";

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig(
    {
      ...baseConfig,
      STATUS_ADDRESS: envAddress("127.0.0.1:50052"),
      /** How long the simulated carrier is on its way. */
      TRANSIT_TIME: envDuration(0),
    },
    env,
  );
