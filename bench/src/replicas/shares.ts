import type { Exporter } from "../telemetry/otlp.ts";

/** What one process has done. */
export interface Share {
  /** "order", the second replica "order.2"; "order (killed)" for a process that has ended since. */
  readonly process: string;
  /** Commands and events that it handled in batches. */
  readonly handled: number;
  readonly batches: number;
}

/** A process of the stack, at one time or another. */
export interface KnownProcess {
  readonly part: string;
  readonly pid: number;
}

const batchSize = "waybill.batch.size";

/** What each process handled in batches, by part; `ended` are those that do not run any more. */
export function sharesOf(
  exporters: readonly Exporter[],
  running: readonly KnownProcess[],
  ended: readonly KnownProcess[],
): Share[] {
  const named = [
    ...running.map(({ part, pid }) => ({ process: part, pid })),
    ...ended.map(({ part, pid }) => ({ process: `${part} (killed)`, pid })),
  ].sort((a, b) => a.process.localeCompare(b.process));
  return named.flatMap(({ process, pid }) => {
    const counted = exporters
      .filter((exporter) => exporter.pid === pid)
      .flatMap((exporter) => exporter.counted)
      .filter(({ metric }) => metric === batchSize);
    if (counted.length === 0) return [];
    const total = (of: "count" | "sum") => counted.reduce((sum, one) => sum + one[of], 0);
    return [{ process, handled: total("sum"), batches: total("count") }];
  });
}
