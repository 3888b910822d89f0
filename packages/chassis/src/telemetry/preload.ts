// Preloaded by `node --import`, so that telemetry runs before anything else is imported.
import { startTelemetry } from "./telemetry.ts";

export { shutdownTelemetry } from "./telemetry.ts";

await startTelemetry(process.env);
