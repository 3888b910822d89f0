import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { DataPointType } from "@opentelemetry/sdk-metrics";

/** The units that Waybill and the runtime measure in, as Prometheus spells them. */
const unitNames: Readonly<Record<string, string>> = {
  s: "seconds",
  ms: "milliseconds",
  By: "bytes",
};

/**
 * The name of a metric in Prometheus, but for the `_total` of counters, by OpenTelemetry's rules for both: dots become underscores and the unit is
 * the end of it. It is the same by which Prometheus and the collector name what they are sent by OTLP, so that a dashboard fits both.
 */
export function prometheusName({ descriptor, dataPointType }: NamedMetric): string {
  const name = descriptor.name.replaceAll(".", "_");
  const isRatio = descriptor.unit === "1" && dataPointType === DataPointType.GAUGE;
  const unit = isRatio ? "ratio" : unitNames[descriptor.unit];
  return unit === undefined || name.endsWith(`_${unit}`) ? name : `${name}_${unit}`;
}

type NamedMetric = {
  readonly descriptor: Pick<MetricData["descriptor"], "name" | "unit">;
  readonly dataPointType: DataPointType;
};

/** The same metrics under the names that they have in Prometheus. */
export function underPrometheusNames(collected: ResourceMetrics): ResourceMetrics {
  const renamed = (metric: MetricData): MetricData => ({
    ...metric,
    // Named by the unit already, and a comment about it would be one line more for nothing.
    descriptor: { ...metric.descriptor, name: prometheusName(metric), unit: "" },
  });
  return {
    resource: collected.resource,
    scopeMetrics: collected.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map(renamed),
    })),
  };
}
