import { context, propagation } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import chassis from "../../package.json" with { type: "json" };
import { exportLogs } from "./exportedLogs.ts";
import { plainContextManager, plainPropagator } from "./plainContext.ts";

/** What of OpenTelemetry runs in this process. */
export type TelemetryMode = "exporting" | "context only";

let mode: TelemetryMode | undefined;
let resource: Resource | undefined;
const ends: (() => Promise<void>)[] = [];

/** Longer than one export, shorter than a service's whole shutdown. */
const flushTimeoutMs = 3_000;

/**
 * Starts telemetry as METRICS_PORT and the standard OTEL_* variables say; the first call decides. What is not asked for is not loaded: metrics are
 * measured when a port for scrapes or an OTLP endpoint is set, spans and logs are made when an endpoint is set or an exporter other than otlp is
 * named. Otherwise trace context is only kept and passed on, at next to no cost.
 */
export async function startTelemetry(env: NodeJS.ProcessEnv): Promise<TelemetryMode> {
  if (mode !== undefined) return mode;
  const exporters = exportersOf(env);
  const isScraped = Number(env.METRICS_PORT) > 0;
  const isPushed = exporters.metrics !== "none";
  const isTraced = exporters.traces !== "none" || exporters.logs !== "none";
  mode = isTraced || isPushed ? "exporting" : "context only";
  if (isScraped || isPushed) {
    const { startMetrics } = await import("./metrics.ts");
    const { pushedMetrics } = await import("./pushedMetrics.ts");
    const pushed = isPushed ? await pushedMetrics(exporters.metrics, env) : undefined;
    ends.push(startMetrics({ scraped: isScraped, pushed }, await resourceOf()));
  }
  if (isTraced) await startSdk(env, exporters);
  else {
    context.setGlobalContextManager(plainContextManager());
    propagation.setGlobalPropagator(plainPropagator);
  }
  return mode;
}

/** Spans and logs, by the SDK's own reading of the variables. */
async function startSdk(env: NodeJS.ProcessEnv, exporters: ReturnType<typeof exportersOf>) {
  // Unset, it would send to localhost whatever has no endpoint.
  env.OTEL_TRACES_EXPORTER = exporters.traces;
  env.OTEL_LOGS_EXPORTER = exporters.logs;
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({
    instrumentations: [],
    metricReaders: [], // They have a provider of ours already.
    resource: await resourceOf(),
    autoDetectResources: false, // It would call this process an instance of another id.
  });
  sdk.start();
  if (exporters.logs !== "none") exportLogs();
  ends.push(() => sdk.shutdown());
}

/** What the SDK's detector tells of a process besides (paths, arguments, its owner) would be on every target and in every export. */
const ownAttributes = {
  "service.version": chassis.version,
  "process.pid": process.pid,
  "process.runtime.name": "nodejs",
  "process.runtime.version": process.versions.node,
};

/** Who this process is: the same for all that it sends. */
async function resourceOf(): Promise<Resource> {
  const resources = await import("@opentelemetry/resources");
  const { serviceInstanceIdDetector, hostDetector, envDetector } = resources;
  const detectors = [serviceInstanceIdDetector, hostDetector, envDetector];
  resource ??= resources
    .defaultResource()
    .merge(resources.resourceFromAttributes(ownAttributes))
    .merge(resources.detectResources({ detectors }));
  return resource;
}

/**
 * Sends what is still buffered, and stops exporting. Never throws and never takes longer than 3 s:
 * a collector that is away must not keep a service from ending. Harmless when repeated.
 */
export async function shutdownTelemetry(): Promise<void> {
  const ended = ends.splice(0).map((end) => end().catch(() => {}));
  if (ended.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushTimeoutMs);
  });
  await Promise.race([Promise.all(ended), deadline]);
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
    logs: exporterOf("LOGS", "otlp"),
  };
}
