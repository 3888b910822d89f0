import { baseConfig, loadConfig } from "@waybill/chassis";

export const readConfig = (env: NodeJS.ProcessEnv) => loadConfig(baseConfig, env);
