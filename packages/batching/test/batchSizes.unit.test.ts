import { type MeterProvider, metrics } from "@opentelemetry/api";
import { expect } from "chai";

interface Recorded {
  readonly metric: string;
  readonly value: number;
  readonly attributes: unknown;
}

/** Stands in for the SDK, which this package does not depend on. */
function recordMetrics(): Recorded[] {
  const recorded: Recorded[] = [];
  const createHistogram = (metric: string) => ({
    record: (value: number, attributes: unknown) => recorded.push({ metric, value, attributes }),
  });
  metrics.setGlobalMeterProvider({
    getMeter: () => ({ createHistogram }),
  } as unknown as MeterProvider);
  return recorded;
}

describe("the sizes of batches", () => {
  after(() => metrics.disable());

  it("are told with the point that formed them", async () => {
    const recorded = recordMetrics();
    const fresh = new URL("../src/batchSizes.ts?fresh", import.meta.url).href; // Instruments are made at import.
    const { recordBatchSize } = await import(fresh);
    recordBatchSize("status.update", 64);
    expect(recorded).to.deep.equal([
      {
        metric: "waybill.batch.size",
        value: 64,
        attributes: { "waybill.batch.point": "status.update" },
      },
    ]);
  });
});
