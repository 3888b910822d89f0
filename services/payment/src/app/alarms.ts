import { metrics } from "@opentelemetry/api";
import type { Logger } from "@waybill/chassis";
import type { PaymentRequest } from "./commitIntents.ts";
import type { Outcome } from "./operate.ts";

const meter = metrics.getMeter("waybill.payment");

const confirmsAfterCancel = meter.createCounter("waybill.tcc.confirm_after_cancel", {
  description:
    "Confirms of transactions that are cancelled: the coordinator has decided both ways.",
});

const keptHolds = meter.createGauge("waybill.tcc.kept_holds", {
  description: "Expired holds that are kept because their orders' fate is not known.",
});

/** Tells, by log and metric, of Confirms that came after a Cancel; that is never in order. */
export function raiseAlarms(
  requests: readonly PaymentRequest[],
  outcomes: readonly Outcome[],
  logger: Logger,
): void {
  const contradicted = outcomes.flatMap((outcome, index) =>
    outcome.kind === "refused" &&
    outcome.reason === "TRANSACTION_CANCELLED" &&
    requests[index]?.operation.kind === "confirm"
      ? [outcome.transactionId]
      : [],
  );
  if (contradicted.length === 0) return;
  confirmsAfterCancel.add(contradicted.length);
  logger.error({ transactions: contradicted }, "asked to confirm what is cancelled");
}

/** Shows how many holds the reaper has had to keep. */
export function recordKeptHolds(count: number): void {
  keptHolds.record(count);
}
