import { type Attributes, metrics } from "@opentelemetry/api";
import { observeGauges } from "@waybill/chassis";
import type { Sql } from "@waybill/persistence";
import { reasonName } from "@waybill/rpc";
import { countUnannounced } from "../db/orderStore.ts";
import type { Placement, PlacementResult } from "./placement.ts";

const placed = metrics.getMeter("waybill.order").createCounter("waybill.orders.placed", {
  description:
    "Orders that clients placed, by outcome: accepted, deferred (without prices, since item is away), replayed, or refused with the reason.",
  unit: "{order}",
});

function outcomeOf(result: PlacementResult) {
  if (result.kind === "refused")
    return { outcome: "refused", reason: reasonName(result.refusal.reason) };
  if (result.replayed) return { outcome: "replayed", reason: "" };
  const isDeferred = result.view.order.reservationMode === "DEFERRED";
  return { outcome: isDeferred ? "deferred" : "accepted", reason: "" };
}

/** What the span of a placement tells: the order, and what became of it. */
export function describePlacement(
  _placement: Placement,
  result: PlacementResult | undefined,
): Attributes {
  if (result === undefined) return {};
  const { outcome, reason } = outcomeOf(result);
  if (result.kind === "refused") return { "waybill.outcome": outcome, "waybill.reason": reason };
  return { "waybill.order_id": result.view.order.orderId, "waybill.outcome": outcome };
}

/** Counts what became of a batch of orders, once for each outcome. */
export function countPlacements(results: readonly PlacementResult[]): void {
  const counts = new Map<string, number>();
  for (const result of results) {
    const { outcome, reason } = outcomeOf(result);
    const key = `${outcome},${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) {
    const [outcome, reason] = key.split(",");
    placed.add(count, { outcome, reason });
  }
}

const gauges = {
  "waybill.order.unannounced": {
    description:
      "Stored orders that status may not know yet, counted up to 100,000. Every replica tells the same.",
    unit: "{order}",
  },
} as const;

/** Shows how many orders are to be announced; the database is asked when somebody scrapes. */
export const observeUnannounced = (db: Sql): Disposable =>
  observeGauges("waybill.order", gauges, async () => [
    ["waybill.order.unannounced", await countUnannounced(db)],
  ]);
