import { baseConfig, envAddress, loadConfig } from "@waybill/chassis";

export const readConfig = (env: NodeJS.ProcessEnv) =>
  loadConfig({ ...baseConfig, STATUS_ADDRESS: envAddress("127.0.0.1:50052") }, env);
