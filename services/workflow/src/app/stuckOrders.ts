import { metrics } from "@opentelemetry/api";
import type { Sql } from "@waybill/persistence";
import { countStuck } from "../db/readProcesses.ts";
import { steps } from "../domain/process.ts";

const stuckOrders = metrics.getMeter("waybill.workflow").createGauge("waybill.workflow.stuck", {
  description: "Orders that are listed as stuck, by the step that they are stuck in.",
});

/** Shows how many orders are stuck, in each step. Every replica tells the same. */
export async function recordStuck(db: Sql): Promise<void> {
  const counts = await countStuck(db);
  for (const step of steps) stuckOrders.record(counts.get(step) ?? 0, { step });
}
