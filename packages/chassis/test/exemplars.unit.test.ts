import type { Histogram } from "@opentelemetry/api";
import { expect } from "chai";
import { exemplarOf, withExemplars } from "../src/telemetry/exemplars.ts";
import { toOpenMetrics } from "../src/telemetry/openMetrics.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = (flags: string) => `00-${traceId}-b7ad6b7169203331-${flags}`;
const silent = { record: () => {} } as unknown as Histogram;

describe("exemplars", () => {
  const histogram = withExemplars(silent, "waybill.test.duration", [0.5, 1]);
  const bucket = (le: string) => `waybill_test_duration_seconds_bucket{state="PENDING",le="${le}"}`;

  it("are the last sampled traces of each bucket, whose upper bound belongs to it", () => {
    histogram.record(0.5, traceparent("01"), { state: "PENDING" });
    histogram.record(7, traceparent("01"), { state: "PENDING" });
    expect(exemplarOf(bucket("0.5"))).to.include({ traceId, value: 0.5 });
    expect(exemplarOf(bucket("1"))).to.equal(undefined);
    expect(exemplarOf(bucket("+Inf"))).to.include({ traceId, value: 7 });
  });

  it("are none of traces that nobody can look at", () => {
    histogram.record(0.8, traceparent("00"), { state: "PENDING" });
    histogram.record(0.8, "", { state: "PENDING" });
    expect(exemplarOf(bucket("1"))).to.equal(undefined);
  });
});

describe("OpenMetrics", () => {
  it("has exemplars at their buckets, counters without _total where they are described, and an end", () => {
    const page = [
      "# HELP a_total Counts a.",
      "# TYPE a_total counter",
      'a_total{b="c d"} 2',
      "# HELP h_seconds Times of h_total things.",
      "# TYPE h_seconds histogram",
      'h_seconds_bucket{le="1"} 3',
      'h_seconds_bucket{le="+Inf"} 3',
    ].join("\n");
    const found = { traceId, value: 0.7, at: 1_500 };
    const open = toOpenMetrics(page, (sample) => (sample.includes('le="1"') ? found : undefined));
    expect(open.split("\n")).to.deep.equal([
      "# HELP a Counts a.",
      "# TYPE a counter",
      'a_total{b="c d"} 2',
      "# HELP h_seconds Times of h_total things.",
      "# TYPE h_seconds histogram",
      `h_seconds_bucket{le="1"} 3 # {trace_id="${traceId}"} 0.7 1.500`,
      'h_seconds_bucket{le="+Inf"} 3',
      "# EOF",
      "",
    ]);
  });
});
