import { metrics } from "@opentelemetry/api";
import { observeGauges, withExemplars } from "@waybill/chassis";
import type { Sql } from "@waybill/persistence";
import { summarizeProcesses } from "../db/readProcesses.ts";
import { type OrderFacts, steps } from "../domain/process.ts";

/** 5 s is what decisions are promised in. Unit: s. */
const explicitBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

const decisionDelays = withExemplars(
  metrics.getMeter("waybill.workflow").createHistogram("waybill.order.decision.delay", {
    description:
      "From the end of the cancellation window until orders were decided, whichever way; 0 for those decided within it.",
    unit: "s",
    advice: { explicitBucketBoundaries },
  }),
  "waybill.order.decision.delay",
  explicitBucketBoundaries,
);

/** Tells how late an order was decided. One of an outside coordinator is decided when that one likes. */
export function recordDecision(order: OrderFacts, at: Date, cancellationWindowMs: number): void {
  if (order.expiresAt !== undefined) return;
  const lateMs = at.getTime() - order.placedAt.getTime() - cancellationWindowMs;
  decisionDelays.record(Math.max(0, lateMs) / 1_000, order.traceparent);
}

const gauges = {
  "waybill.workflow.processes": {
    description: "Orders that wait in a step, counted up to 100,000. Every replica tells the same.",
    unit: "{order}",
  },
  "waybill.workflow.stuck": {
    description:
      "Orders that are listed as stuck, by the step that they are stuck in, counted up to 100,000. Every replica tells the same.",
    unit: "{order}",
  },
  "waybill.workflow.retrying": {
    description:
      "Orders whose last attempt at a step has failed and that are tried again, by step, counted up to 100,000: Confirms and Cancels among them. Every replica tells the same.",
    unit: "{order}",
  },
  "waybill.workflow.oldest_failure": {
    description:
      "For how long the attempts at a step have failed for the order that has failed longest; 0 when none does. Every replica tells the same.",
    unit: "s",
  },
} as const;

/** Shows what waits, fails and is stuck, in each step; the database is asked when somebody scrapes. */
export const observeProcesses = (db: Sql): Disposable =>
  observeGauges("waybill.workflow", gauges, async () => {
    const found = await summarizeProcesses(db);
    return steps.flatMap((step) => {
      const { waiting = 0, stuck = 0, retrying = 0, failingSince } = found.get(step) ?? {};
      const failingMs = failingSince === undefined ? 0 : Date.now() - failingSince.getTime();
      return [
        ["waybill.workflow.processes", waiting, { step }] as const,
        ["waybill.workflow.stuck", stuck, { step }] as const,
        ["waybill.workflow.retrying", retrying, { step }] as const,
        ["waybill.workflow.oldest_failure", Math.max(0, failingMs) / 1_000, { step }] as const,
      ];
    });
  });
