import { batchSize, type Counted } from "../measure/counted.ts";

/** What one process has done. */
export interface Share {
  /** "order", the second replica "order.2"; "order.2 (killed)" for a process that has ended since. */
  readonly process: string;
  /** Commands and events that it handled in batches. */
  readonly handled: number;
  readonly batches: number;
}

/** What each process handled in batches, by its name. */
export function sharesOf(counted: ReadonlyMap<string, readonly Counted[]>): Share[] {
  const named = [...counted].sort(([a], [b]) => a.localeCompare(b));
  return named.flatMap(([process, all]) => {
    const batches = all.filter(({ metric }) => metric === batchSize);
    if (batches.length === 0) return [];
    const total = (of: "count" | "sum") => batches.reduce((sum, one) => sum + one[of], 0);
    return [{ process, handled: total("sum"), batches: total("count") }];
  });
}
