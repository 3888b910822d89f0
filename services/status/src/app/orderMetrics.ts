import { metrics } from "@opentelemetry/api";
import { observeGauges, withExemplars } from "@waybill/chassis";
import type { Sql } from "@waybill/persistence";
import { countOpen } from "../db/statusLists.ts";
import type { Transition } from "../domain/status.ts";
import type { Committed } from "./applyCommands.ts";
import { wordOf } from "./describeCommand.ts";

const meter = metrics.getMeter("waybill.status");

/** From what a step takes on an idle machine to half an hour, when an undecided order is cancelled. Unit: s. */
const explicitBucketBoundaries = [
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 65, 90, 120, 300, 600, 1_800,
];

const transitions = meter.createCounter("waybill.orders.transitions", {
  description:
    "Transitions of orders by states, kind of actor, and reason where a service gave one.",
  unit: "{transition}",
});
const stateDurations = withExemplars(
  meter.createHistogram("waybill.order.state.duration", {
    description: "How long orders were in a state that they have left, by that state.",
    unit: "s",
    advice: { explicitBucketBoundaries },
  }),
  "waybill.order.state.duration",
  explicitBucketBoundaries,
);
const deliveryDurations = withExemplars(
  meter.createHistogram("waybill.order.delivery.duration", {
    description: "From the placing of orders until they were delivered.",
    unit: "s",
    advice: { explicitBucketBoundaries },
  }),
  "waybill.order.delivery.duration",
  explicitBucketBoundaries,
);

const labelsOf = ({ from, to, actor, reason }: Transition) => ({
  from: from ?? "",
  to,
  actor: actor.kind,
  reason: wordOf(actor, reason),
});

/** Tells of transitions that were committed: once for each kind of them, and how long each order took. */
export function recordTransitions(changes: readonly Committed[]): void {
  const kinds = new Map<string, { labels: ReturnType<typeof labelsOf>; count: number }>();
  for (const { transition, status, since } of changes) {
    const labels = labelsOf(transition);
    const key = Object.values(labels).join();
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { labels, count: 1 });
    else kind.count += 1;
    const movedAt = transition.occurredAt.getTime();
    if (since !== undefined && transition.from !== undefined)
      stateDurations.record(seconds(movedAt - since.getTime()), status.traceparent, {
        state: transition.from,
      });
    if (transition.to === "DELIVERED")
      deliveryDurations.record(seconds(movedAt - status.placedAt.getTime()), status.traceparent);
  }
  for (const { labels, count } of kinds.values()) transitions.add(count, labels);
}

/** The clocks of two replicas may differ by a little. */
const seconds = (ms: number): number => Math.max(0, ms) / 1_000;

const gauges = {
  "waybill.orders.open": {
    description:
      "Orders that are neither delivered nor cancelled, by state, counted up to 100,000. Every replica tells the same.",
    unit: "{order}",
  },
} as const;

/** Shows how many orders are open; the database is asked when somebody scrapes. */
export const observeOpenOrders = (db: Sql): Disposable =>
  observeGauges("waybill.status", gauges, async () => {
    const counts = await countOpen(db);
    return [...counts].map(([state, count]) => ["waybill.orders.open", count, { state }] as const);
  });
