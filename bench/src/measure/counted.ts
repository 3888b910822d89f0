import { type Scrape, scrapeMetrics } from "@waybill/insight/scrape";
import { partName, type ServiceName, type Stack, serviceNames } from "@waybill/stack";

/** How often something was counted, and the sum of what was. */
export interface Counted {
  readonly metric: string;
  /** Which one of those that the metric counts: the batching point, the method. */
  readonly of: string;
  readonly count: number;
  readonly sum: number;
}

/** The batches that a process formed: the sum is of their elements. */
export const batchSize = "waybill_batch_size";
/** The calls that a process took: the sum is of the seconds that they took. */
export const callDuration = "rpc_server_call_duration_seconds";

/** What is counted, and the label that tells of what. */
const tellingLabels = { [batchSize]: "waybill_batch_point", [callDuration]: "rpc_method" };

/** What each process of these services has counted since it started, by part: "order", "order.2". Rejects when one does not answer. */
export async function countedByPart(
  stack: Stack,
  services: readonly ServiceName[] = serviceNames,
): Promise<ReadonlyMap<string, readonly Counted[]>> {
  const processes = services.flatMap((service) =>
    stack
      .addresses(service)
      .split(",")
      .map(async (_, replica) => {
        const scrape = await scrapeMetrics(stack.metricsAddress(service, replica));
        return [partName(service, replica), countedIn(scrape)] as const;
      }),
  );
  return new Map(await Promise.all(processes));
}

/** What one process counted, by what it is of, whatever else its samples tell apart. */
export const countedIn = (scrape: Scrape): readonly Counted[] =>
  totalOf(
    Object.entries(tellingLabels).flatMap(([metric, label]) => {
      const counts = scrape.get(`${metric}_count`) ?? [];
      const sums = scrape.get(`${metric}_sum`) ?? [];
      return [
        ...counts.map(({ labels, value }) => ({ of: labels[label] ?? "", count: value, sum: 0 })),
        ...sums.map(({ labels, value }) => ({ of: labels[label] ?? "", count: 0, sum: value })),
      ].map((one) => ({ metric, ...one }));
    }),
  );

/** What is counted of the same thing, together. */
export function totalOf(counted: readonly Counted[]): readonly Counted[] {
  const totals = new Map<string, Counted>();
  for (const one of counted) {
    const key = `${one.metric} ${one.of}`;
    const { count = 0, sum = 0 } = totals.get(key) ?? {};
    totals.set(key, { ...one, count: count + one.count, sum: sum + one.sum });
  }
  return [...totals.values()];
}

/** What was counted between two readings. */
export function countedBetween(
  before: readonly Counted[],
  after: readonly Counted[],
): readonly Counted[] {
  return after
    .map((now) => {
      const then = before.find(({ metric, of }) => metric === now.metric && of === now.of);
      return {
        ...now,
        count: now.count - (then?.count ?? 0),
        sum: now.sum - (then?.sum ?? 0),
      };
    })
    .filter(({ count }) => count > 0);
}
