import { type Attributes, type BatchObservableCallback, metrics } from "@opentelemetry/api";

export interface GaugeSpec {
  /** What it tells, for people who read /metrics. */
  readonly description: string;
  readonly unit?: string;
}

/** One value of the gauge of that name. */
export type Reading<Name extends string> = readonly [
  gauge: Name,
  value: number,
  attributes?: Attributes,
];

/**
 * Gauges whose values one question answers: it is asked once for each scrape or export, and never otherwise. What it cannot answer now (it throws)
 * is missing from that scrape. Disposal ends it.
 */
export function observeGauges<const Name extends string>(
  meterName: string,
  gauges: Readonly<Record<Name, GaugeSpec>>,
  read: () => Promise<readonly Reading<Name>[]>,
): Disposable {
  const meter = metrics.getMeter(meterName);
  const names = Object.keys(gauges) as Name[];
  const instruments = new Map(
    names.map((name) => [name, meter.createObservableGauge(name, gauges[name])]),
  );
  const observe: BatchObservableCallback = async (result) => {
    for (const [name, value, attributes] of await read()) {
      const instrument = instruments.get(name);
      if (instrument !== undefined) result.observe(instrument, value, attributes);
    }
  };
  const observed = [...instruments.values()];
  meter.addBatchObservableCallback(observe, observed);
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(observe, observed) };
}
