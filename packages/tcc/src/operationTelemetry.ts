import { type Attributes, metrics } from "@opentelemetry/api";
import { type Logger, observeGauges } from "@waybill/chassis";
import type { Resolution } from "./reaper.ts";

const meter = metrics.getMeter("waybill.tcc");

const operations = meter.createCounter("waybill.tcc.operations", {
  description:
    "Tries, Confirms and Cancels by what became of them: done, replayed, refused or declined (with the reason), unanswered.",
  unit: "{operation}",
});
const resolutions = meter.createCounter("waybill.tcc.resolutions", {
  description:
    "Expired holds that the reaper has looked at, by what it did: confirmed, cancelled, extended or kept.",
  unit: "{hold}",
});
const confirmsAfterCancel = meter.createCounter("waybill.tcc.confirm_after_cancel", {
  description:
    "Confirms of transactions that are cancelled: the coordinator has decided both ways.",
  unit: "{operation}",
});
const keptHolds = meter.createGauge("waybill.tcc.kept_holds", {
  description: "Expired holds that are kept because their orders' fate is not known.",
  unit: "{hold}",
});

/** What the span of an operation tells: the order (its id is the transaction's), what was asked, and what became of it. */
export function describeOperation(
  { kind, transactionId }: Asked,
  outcome: Came | undefined,
): Attributes {
  const reason = outcome?.reason ?? outcome?.refusal?.reason;
  return {
    "waybill.order_id": transactionId,
    "waybill.operation": kind,
    ...(outcome === undefined ? {} : { "waybill.outcome": outcome.kind }),
    ...(reason === undefined ? {} : { "waybill.reason": reason }),
  };
}

/** As much of an operation as is counted. */
interface Asked {
  readonly kind: "try" | "confirm" | "cancel";
  readonly transactionId: string;
}

/** As much of an outcome as is counted. */
interface Came {
  readonly kind: string;
  readonly reason?: string;
  readonly replayed?: boolean;
  readonly refusal?: { readonly reason: string };
}

/** Counts what became of a batch's operations, once per kind and outcome; says aloud when one asked to confirm what is cancelled: that is never in order. */
export function countOperations(
  asked: readonly Asked[],
  outcomes: readonly Came[],
  logger: Logger,
): void {
  const counts = new Map<string, number>();
  const contradicted: string[] = [];
  outcomes.forEach((outcome, index) => {
    const { kind, transactionId } = asked[index] as Asked;
    const reason = outcome.reason ?? outcome.refusal?.reason ?? "";
    const key = `${kind},${outcome.replayed === true ? "replayed" : outcome.kind},${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (kind === "confirm" && reason === "TRANSACTION_CANCELLED") contradicted.push(transactionId);
  });
  for (const [key, count] of counts) {
    const [operation, outcome, reason] = key.split(",");
    operations.add(count, { operation, outcome, reason });
  }
  if (contradicted.length === 0) return;
  confirmsAfterCancel.add(contradicted.length);
  logger.error({ transactions: contradicted }, "asked to confirm what is cancelled");
}

/** Counts what a run of the reaper did, and shows how many holds it has had to keep. */
export function recordResolution(resolution: Resolution): void {
  keptHolds.record(resolution.kept);
  for (const [resolved, count] of Object.entries(resolution))
    if (count > 0) resolutions.add(count, { resolved });
}

const gauges = {
  "waybill.tcc.expired_holds": {
    description:
      "Undecided holds whose expiry has passed and that the reaper has not resolved yet. Every replica tells the same.",
    unit: "{hold}",
  },
} as const;

/** Shows how many undecided holds have expired; `count` is asked for each scrape. */
export const observeExpiredHolds = (count: () => Promise<number>): Disposable =>
  observeGauges("waybill.tcc", gauges, async () => [["waybill.tcc.expired_holds", await count()]]);
