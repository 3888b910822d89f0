import { context, propagation } from "@opentelemetry/api";
import { plainContextManager, plainPropagator } from "./plainContext.ts";

/** What of OpenTelemetry runs in this process. */
export type TelemetryMode = "exporting" | "context only";

let mode: TelemetryMode | undefined;
let stopSdk: (() => Promise<void>) | undefined;

/** Longer than one export, shorter than a service's whole shutdown. */
const flushTimeoutMs = 3_000;

/**
 * Starts telemetry as the standard OTEL_* variables say; the first call decides. The SDK is loaded
 * only when something is to be exported: an OTLP endpoint is set, or an exporter other than otlp is
 * named. Otherwise trace context is only kept and passed on, at next to no cost.
 */
export async function startTelemetry(env: NodeJS.ProcessEnv): Promise<TelemetryMode> {
  if (mode !== undefined) return mode;
  const exporters = exportersOf(env);
  if (exporters.traces === "none" && exporters.metrics === "none" && exporters.logs === "none") {
    mode = "context only";
    context.setGlobalContextManager(plainContextManager());
    propagation.setGlobalPropagator(plainPropagator);
    return mode;
  }
  mode = "exporting";
  // The SDK reads these itself; unset, it would send to localhost whatever has no endpoint.
  env.OTEL_TRACES_EXPORTER = exporters.traces;
  env.OTEL_METRICS_EXPORTER = exporters.metrics;
  env.OTEL_LOGS_EXPORTER = exporters.logs;
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({ instrumentations: [] });
  sdk.start();
  stopSdk = () => sdk.shutdown();
  return mode;
}

/**
 * Sends what is still buffered, and stops exporting. Never throws and never takes longer than 3 s:
 * a collector that is away must not keep a service from ending. Harmless when repeated.
 */
export async function shutdownTelemetry(): Promise<void> {
  const stop = stopSdk;
  stopSdk = undefined;
  if (stop === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushTimeoutMs);
  });
  await Promise.race([stop().catch(() => {}), deadline]);
  clearTimeout(timer);
}

/** The name that spans are under: the standard variables', or that of the service's folder. */
export function serviceNameOf(
  env: NodeJS.ProcessEnv,
  script: string | undefined,
): string | undefined {
  if (env.OTEL_SERVICE_NAME) return env.OTEL_SERVICE_NAME;
  if (env.OTEL_RESOURCE_ATTRIBUTES?.includes("service.name=")) return undefined;
  return /[\\/]services[\\/]([^\\/]+)[\\/]src[\\/]main\.ts$/.exec(script ?? "")?.[1];
}

/** Per signal, what the SDK is to export with; "none" when there is nowhere to send it. */
export function exportersOf(env: NodeJS.ProcessEnv) {
  const disabled = env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true";
  const exporterOf = (signal: "TRACES" | "METRICS" | "LOGS", unset: string): string => {
    if (disabled) return "none";
    const named = env[`OTEL_${signal}_EXPORTER`]?.trim();
    const endpoint =
      env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env.OTEL_EXPORTER_OTLP_ENDPOINT;
    if (named) return named === "otlp" && !endpoint ? "none" : named;
    return endpoint ? unset : "none";
  };
  return {
    traces: exporterOf("TRACES", "otlp"),
    metrics: exporterOf("METRICS", "otlp"),
    logs: exporterOf("LOGS", "none"), // Logs go to standard output, from where collectors take them.
  };
}
