import { type MeterProvider, metrics } from "@opentelemetry/api";
import { expect } from "chai";

interface Recorded {
  readonly metric: string;
  readonly value: number;
  readonly attributes: unknown;
}

type Observe = (result: { observe(value: number, attributes: unknown): void }) => void;

/** Stands in for the SDK, which this package does not depend on. `observe` asks the gauges. */
function recordMetrics() {
  const recorded: Recorded[] = [];
  const gauges = new Map<string, Observe>();
  const instrument = (metric: string) => {
    const record = (value: number, attributes: unknown) =>
      recorded.push({ metric, value, attributes });
    return { record, add: record, addCallback: (ask: Observe) => gauges.set(metric, ask) };
  };
  const meter = {
    createHistogram: instrument,
    createCounter: instrument,
    createObservableGauge: instrument,
  };
  metrics.setGlobalMeterProvider({ getMeter: () => meter } as unknown as MeterProvider);
  const observe = (metric: string): number[] => {
    const values: number[] = [];
    gauges.get(metric)?.({ observe: (value) => values.push(value) });
    return values;
  };
  return { recorded, observe };
}

describe("the metrics of batches", () => {
  after(() => metrics.disable());

  it("are told with the point that formed them", async () => {
    const { recorded, observe } = recordMetrics();
    const fresh = new URL("../src/batchMetrics.ts?fresh", import.meta.url).href; // Instruments are made at import.
    const { recordBatch, recordBatchDuration, countRefused, observeQueue } = await import(fresh);
    recordBatch("status.update", 64, 20);
    recordBatchDuration("status.update", 5);
    countRefused("status.update", 3);
    const attributes = { "waybill.batch.point": "status.update" };
    expect(recorded).to.deep.equal([
      { metric: "waybill.batch.size", value: 64, attributes },
      { metric: "waybill.batch.wait", value: 0.02, attributes },
      { metric: "waybill.batch.duration", value: 0.005, attributes },
      { metric: "waybill.batch.refused", value: 3, attributes },
    ]);
    const forget = observeQueue({ name: "status.update", waiting: 7 });
    expect(observe("waybill.batch.queue")).to.deep.equal([7]);
    forget();
    expect(observe("waybill.batch.queue")).to.deep.equal([]);
  });
});
