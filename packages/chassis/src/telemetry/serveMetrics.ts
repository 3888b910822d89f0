/** Where metrics are scraped. Disposal ends it at once. */
export interface MetricsServer extends AsyncDisposable {
  /** host:port. */
  readonly address: string;
}

/** Serves what is measured, on an address. */
export type Serve = (host: string, port: number) => Promise<MetricsServer>;

let serve: Serve | undefined;

/** Told by what measures; this module itself loads nothing of it. */
export function toServe(given: Serve): void {
  serve = given;
}

/**
 * Serves this process's metrics at http://host:port/metrics. Undefined when nothing is measured for scrapes: METRICS_PORT was not set when telemetry
 * was preloaded. Rejects when the address cannot be bound.
 */
export async function serveMetrics(host: string, port: number): Promise<MetricsServer | undefined> {
  return serve?.(host, port);
}
