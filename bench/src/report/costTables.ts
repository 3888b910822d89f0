import type { BatchFigures, CostPerOrder } from "../measure/costs.ts";
import { figure, table } from "./table.ts";

/** What each figure is, for people. */
export const costNames: Readonly<Record<keyof CostPerOrder, string>> = {
  rpcs: "calls that services took",
  statements: "PostgreSQL statements",
  commits: "commits that wrote",
  walBytes: "bytes of write-ahead log",
  events: "messages stored in streams",
  deliveries: "messages handed to consumers",
  messagesIn: "messages into NATS",
  messagesOut: "messages out of NATS",
  messageBytes: "bytes into and out of NATS",
};

export function costTable(perOrder: CostPerOrder): readonly string[] {
  const names = Object.entries(costNames) as [keyof CostPerOrder, string][];
  const rows = names
    .filter(([cost]) => cost !== "rpcs" || perOrder.rpcs > 0)
    .map(([cost, name]) => [name, figure(perOrder[cost])]);
  return table(["counted", "per order"], rows);
}

export function batchTable(batches: readonly BatchFigures[]): readonly string[] {
  if (batches.length === 0) return [];
  const rows = batches.map(({ point, batchesPerThousandOrders, elementsPerBatch }) => [
    point,
    figure(batchesPerThousandOrders),
    figure(elementsPerBatch),
  ]);
  return table(["batches of", "per 1,000 orders", "elements each"], rows);
}
