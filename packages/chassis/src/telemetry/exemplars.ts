import type { Attributes, Histogram } from "@opentelemetry/api";
import { claimsSampling } from "../tracing.ts";

/** A sampled trace that a measurement of a bucket was made in. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Unit: ms since 1970. */
  readonly at: number;
}

/** The last one of each bucket, by the bucket's sample as it stands at /metrics: no more than there are buckets. */
const latest = new Map<string, Exemplar>();

/** The exemplar of a bucket, by its sample: `name_bucket{label="value",le="0.5"}`. */
export const exemplarOf = (sample: string): Exemplar | undefined => latest.get(sample);

/** A histogram whose buckets lead to traces. */
export interface ExemplifiedHistogram {
  /** `traceparent`: of what is measured; kept when it is sampled. */
  record(seconds: number, traceparent: string, attributes?: Attributes): void;
}

/**
 * Keeps for each bucket the last sampled trace that fell into it, which OpenTelemetry's SDK does not do. The histogram is one of seconds, with these
 * boundaries.
 */
export function withExemplars(
  histogram: Histogram,
  name: string,
  boundaries: readonly number[],
): ExemplifiedHistogram {
  const bucket = `${name.replaceAll(".", "_")}_seconds_bucket`;
  return {
    record: (seconds, traceparent, attributes = {}) => {
      histogram.record(seconds, attributes);
      if (!claimsSampling(traceparent)) return;
      const labels = Object.entries(attributes).map(([label, value]) => `${label}="${value}",`);
      const le = boundaries.find((boundary) => seconds <= boundary) ?? "+Inf";
      const sample = `${bucket}{${labels.join("")}le="${le}"}`;
      latest.set(sample, { traceId: traceparent.slice(3, 35), value: seconds, at: Date.now() });
    },
  };
}
