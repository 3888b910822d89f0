import { build } from "hdr-histogram-js";

const microsecondsPerMs = 1_000;
/** Longer ones are counted as this. */
const maxMs = 3_600_000;

/** Percentiles, in ms; all 0 when nothing was recorded. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Collects latencies, to three significant digits, in constant memory. */
export interface Latencies {
  record(ms: number): void;
  percentiles(): Percentiles;
}

export function createLatencies(): Latencies {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: maxMs * microsecondsPerMs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
  const ms = (microseconds: number) =>
    Math.min(microseconds, histogram.maxValue) / microsecondsPerMs; // The histogram answers the end of a bucket.
  const percentile = (value: number) => ms(histogram.getValueAtPercentile(value));
  return {
    record: (ms) => {
      const bounded = Math.min(Math.max(ms, 0), maxMs);
      histogram.recordValue(Math.round(bounded * microsecondsPerMs));
    },
    percentiles: () => ({
      p50: percentile(50),
      p95: percentile(95),
      p99: percentile(99),
      p999: percentile(99.9),
      max: ms(histogram.maxValue),
    }),
  };
}
