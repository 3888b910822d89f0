import {
  ConsoleMetricExporter,
  type IMetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";

const defaultIntervalMs = 60_000;
const defaultTimeoutMs = 30_000;

/**
 * Sends metrics again and again, as OTEL_METRIC_EXPORT_INTERVAL and the protocol's variables say. NodeSDK would do the same, but takes either
 * its own readers or ours.
 */
export async function pushedMetrics(
  exporter: string,
  env: NodeJS.ProcessEnv,
): Promise<IMetricReader> {
  const exportIntervalMillis = milliseconds(env.OTEL_METRIC_EXPORT_INTERVAL, defaultIntervalMs);
  const timeoutMs = milliseconds(env.OTEL_METRIC_EXPORT_TIMEOUT, defaultTimeoutMs);
  return new PeriodicExportingMetricReader({
    exporter: exporter === "console" ? new ConsoleMetricExporter() : await otlpExporter(env),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(timeoutMs, exportIntervalMillis),
  });
}

/** The exporters read the rest of their variables themselves. Each is loaded only when it is the one. */
async function otlpExporter(env: NodeJS.ProcessEnv): Promise<PushMetricExporter> {
  const protocol = env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL;
  const exporters = {
    grpc: () => import("@opentelemetry/exporter-metrics-otlp-grpc"),
    "http/json": () => import("@opentelemetry/exporter-metrics-otlp-http"),
    "http/protobuf": () => import("@opentelemetry/exporter-metrics-otlp-proto"),
  };
  const load = exporters[protocol as keyof typeof exporters] ?? exporters["http/protobuf"];
  const { OTLPMetricExporter } = await load();
  return new OTLPMetricExporter();
}

const milliseconds = (text: string | undefined, unset: number): number => {
  const ms = Number(text);
  return text && ms > 0 ? ms : unset;
};
