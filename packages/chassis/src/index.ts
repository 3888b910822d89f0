export { type BackoffOptions, backoff } from "./backoff.ts";
export { baseConfig, processConfig } from "./config/baseConfig.ts";
export { ConfigError, type ConfigProblem, loadConfig } from "./config/loadConfig.ts";
export { maskUserInfo } from "./config/maskUserInfo.ts";
export {
  type DurationLimits,
  envAddress,
  envBoolean,
  envChoice,
  envDuration,
  envInteger,
  envText,
  envUrl,
} from "./config/schemas.ts";
export { type GaugeSpec, observeGauges, type Reading } from "./gauges.ts";
export { createLogger, type Logger, type LoggerOptions } from "./logger.ts";
export { type RepeatOptions, type Repetition, repeat } from "./repeat.ts";
export { sleep } from "./sleep.ts";
export { sparingly } from "./sparingly.ts";
export { type ExemplifiedHistogram, withExemplars } from "./telemetry/exemplars.ts";
export { serveMetrics } from "./telemetry/serveMetrics.ts";
export { shutdownTelemetry, startTelemetry } from "./telemetry/telemetry.ts";
export { onTermination, type Termination, type TerminationOptions } from "./termination.ts";
export {
  claimsSampling,
  contextOf,
  inFirstTrace,
  namedTraceparent,
  normalTraceparent,
  sampledSpanContext,
  traceparentOf,
  tracer,
} from "./tracing.ts";
