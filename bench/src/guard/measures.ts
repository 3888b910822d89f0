import { type Costs, costPerOrder } from "../measure/costs.ts";
import { batchSize, type Counted } from "../measure/counted.ts";
import { statementsMetric } from "../measure/database.ts";

/** What was counted, by name. */
export type Measures = Readonly<Record<string, number>>;

/** What was counted in a while. */
export interface Stretch {
  readonly costs: Costs;
  readonly seconds: number;
}

const statementsPerOrder = "statements per order";
const commitsPerOrder = "commits per order";

/** What depends on how large batches become, and so in part on the machine. */
export const batchDependent: ReadonlySet<string> = new Set([statementsPerOrder, commitsPerOrder]);

/** Less per order than this comes from late answers and refreshed caches, and so from the machine. */
const leastElements = 0.5;
/** Fewer per order cannot be told from what the service does without orders. */
const leastStatements = 0.04;

/**
 * What a round of orders cost, without what the idle stack does in the same time, in measures that depend on the work and not on the
 * machine. How large a batch becomes depends on the machine, and hardly what it costs: so statements and commits are told per batch, and
 * elements of batches per order.
 */
export function measuresOf(round: Stretch, idle: Stretch, orders: number): Measures {
  const costs = withoutIdle(round, idle);
  const perOrder = costPerOrder(costs, orders);
  const batches = costs.counted.filter(({ metric }) => metric === batchSize);
  const batchCount = countOf(batches);
  return {
    "calls per order": perOrder.rpcs,
    "messages stored per order": perOrder.events,
    "messages handed to consumers per order": perOrder.deliveries,
    "messages into NATS per order": perOrder.messagesIn,
    "messages out of NATS per order": perOrder.messagesOut,
    "bytes into and out of NATS per order": perOrder.messageBytes,
    "bytes of write-ahead log per order": perOrder.walBytes,
    "commits per batch": costs.commits / batchCount,
    "statements per batch": costs.statements / batchCount,
    [statementsPerOrder]: perOrder.statements,
    [commitsPerOrder]: perOrder.commits,
    ...statementsByService(costs.counted, batches, orders),
    ...elementsByPoint(batches, orders),
  };
}

/** Statements of each database per batch of the service that it belongs to. */
function statementsByService(
  counted: readonly Counted[],
  batches: readonly Counted[],
  orders: number,
): Measures {
  const statements = counted.filter(
    ({ metric, count }) => metric === statementsMetric && count / orders >= leastStatements,
  );
  const measures = statements.flatMap(({ of, count }) => {
    const own = countOf(batches.filter((batch) => serviceOf(batch.of) === of));
    return own === 0 ? [] : [[`statements of ${of} per batch`, count / own] as const];
  });
  return Object.fromEntries(measures);
}

/** "status.commands" and "consume status" belong to status. */
const serviceOf = (point: string): string | undefined =>
  point.replace(/^consume /, "").split(/[.-]/)[0];

function elementsByPoint(batches: readonly Counted[], orders: number): Measures {
  const measures = batches
    .map(({ of, sum }) => [`elements of ${of} per order`, sum / orders] as const)
    .filter(([, elements]) => elements >= leastElements);
  return Object.fromEntries(measures);
}

/** Idle services look for work every second or so: how much that is depends on how long a round takes. */
function withoutIdle({ costs, seconds }: Stretch, idle: Stretch): Costs {
  const share = seconds / idle.seconds;
  const { counted, ...figures } = costs;
  const own = Object.entries(figures).map(([name, value]) => [
    name,
    value - idle.costs[name as keyof typeof figures] * share,
  ]);
  return {
    ...(Object.fromEntries(own) as typeof figures),
    counted: counted.map((one) => {
      const same = idle.costs.counted.find(({ metric, of }) => {
        return metric === one.metric && of === one.of;
      });
      return { ...one, count: one.count - (same?.count ?? 0) * share };
    }),
  };
}

const countOf = (counted: readonly Counted[]): number =>
  counted.reduce((total, { count }) => total + count, 0);

/** The least of each measure, 0 when a round has it not: a busy machine repeats calls and makes batches small, which only ever adds. */
export function leastOf(rounds: readonly Measures[]): Measures {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))];
  return Object.fromEntries(
    names.map((name) => [name, Math.min(...rounds.map((round) => round[name] ?? 0))]),
  );
}
