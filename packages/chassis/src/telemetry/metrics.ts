import { metrics } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import { type IMetricReader, MeterProvider } from "@opentelemetry/sdk-metrics";
import { observeRuntime } from "./runtimeMetrics.ts";
import { ScrapedMetrics, serveScrapes } from "./scrapedMetrics.ts";
import { toServe } from "./serveMetrics.ts";

/** Who gets the metrics of this process. */
export interface MetricReaders {
  /** Whether they are served to be scraped. */
  readonly scraped: boolean;
  /** What they are sent with, too. */
  readonly pushed: IMetricReader | undefined;
}

/** Begins to measure. Instruments that were made before measure nothing, so this comes first of all. Answers how it ends. */
export function startMetrics(readers: MetricReaders, resource: Resource): () => Promise<void> {
  const all: IMetricReader[] = readers.pushed === undefined ? [] : [readers.pushed];
  if (readers.scraped) {
    const scraped = new ScrapedMetrics();
    all.push(scraped);
    toServe((host, port) => serveScrapes(scraped, host, port));
  }
  const provider = new MeterProvider({ resource, readers: all });
  metrics.setGlobalMeterProvider(provider);
  const runtime = observeRuntime();
  return async () => {
    runtime[Symbol.dispose]();
    await provider.shutdown();
  };
}
