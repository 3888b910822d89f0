// Preloaded by `node --import`, so that telemetry runs before anything else is imported.
import { serviceNameOf, startTelemetry } from "./telemetry.ts";

export { shutdownTelemetry } from "./telemetry.ts";

const serviceName = serviceNameOf(process.env, process.argv[1]);
if (serviceName !== undefined) process.env.OTEL_SERVICE_NAME = serviceName;
await startTelemetry(process.env);
