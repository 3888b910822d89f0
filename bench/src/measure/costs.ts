import type { Stack } from "@waybill/stack";
import { type Counted, countedBetween } from "../telemetry/otlp.ts";
import type { TelemetryReceiver } from "../telemetry/telemetryReceiver.ts";
import { type DatabaseCosts, databaseMeter } from "./database.ts";
import { type MessageCosts, readMessages } from "./messages.ts";

/** What can be counted, and does not depend on how fast the machine is. */
export interface Costs extends DatabaseCosts, MessageCosts {
  /** Statements by database; calls that services took, and batches that they formed, unless nothing is exported. */
  readonly counted: readonly Counted[];
}

export interface CostReader extends AsyncDisposable {
  /** What the stack has done since it started; takes up to two seconds when services export. */
  read(signal: AbortSignal): Promise<Costs>;
}

/** Without a receiver, services count nothing themselves. */
export async function costReader(
  stack: Stack,
  monitorPort: number,
  receiver: TelemetryReceiver | undefined,
): Promise<CostReader> {
  const database = await databaseMeter(stack.databaseUrl("order"));
  return {
    read: async (signal) => {
      const counted = (await receiver?.counted(signal)) ?? [];
      const { costs, statements } = await database.read();
      const messages = await readMessages(monitorPort);
      return { ...costs, ...messages, counted: [...counted, ...statements] };
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** The costs between two readings. */
export function costsBetween(before: Costs, after: Costs): Costs {
  const { counted, ...figures } = after;
  const differences = Object.entries(figures).map(([name, value]) => [
    name,
    value - before[name as keyof typeof figures],
  ]);
  return {
    ...(Object.fromEntries(differences) as typeof figures),
    counted: countedBetween(before.counted, counted),
  };
}

export const batchSize = "waybill.batch.size";
const calls = "rpc.server.call.duration";

/** The batches of one batching point, or of one consumer. */
export interface BatchFigures {
  readonly point: string;
  readonly batchesPerThousandOrders: number;
  readonly elementsPerBatch: number;
}

/** How much of it each order cost. */
export type CostPerOrder = Omit<Costs, "counted"> & {
  /** Calls that services took; 0 when nothing is exported. */
  readonly rpcs: number;
};

export function costPerOrder({ counted, ...figures }: Costs, orders: number): CostPerOrder {
  const rpcs = counted
    .filter(({ metric }) => metric === calls)
    .reduce((n, one) => n + one.count, 0);
  const shares = Object.entries({ ...figures, rpcs }).map(([name, value]) => [
    name,
    orders > 0 ? value / orders : 0,
  ]);
  return Object.fromEntries(shares) as CostPerOrder;
}

/** The batching points by how many batches they formed. */
export const batchFigures = ({ counted }: Costs, orders: number): BatchFigures[] =>
  counted
    .filter(({ metric }) => metric === batchSize)
    .map(({ of, count, sum }) => ({
      point: of,
      batchesPerThousandOrders: orders > 0 ? (count * 1_000) / orders : 0,
      elementsPerBatch: sum / count,
    }))
    .sort((a, b) => b.batchesPerThousandOrders - a.batchesPerThousandOrders);
