import type { Stack } from "@waybill/stack";
import {
  batchSize,
  type Counted,
  callDuration,
  countedBetween,
  countedByPart,
  totalOf,
} from "./counted.ts";
import { type DatabaseCosts, databaseMeter } from "./database.ts";
import { type MessageCosts, readMessages } from "./messages.ts";

/** What can be counted, and does not depend on how fast the machine is. */
export interface Costs extends DatabaseCosts, MessageCosts {
  /** Statements by database, calls that services took, and batches that they formed. */
  readonly counted: readonly Counted[];
}

export interface CostReader extends AsyncDisposable {
  /** What the stack has done since it started. */
  read(): Promise<Costs>;
}

export async function costReader(stack: Stack, monitorPort: number): Promise<CostReader> {
  const database = await databaseMeter(stack.databaseUrl("order"));
  return {
    read: async () => {
      const counted = totalOf([...(await countedByPart(stack)).values()].flat());
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

/** The batches of one batching point, or of one consumer. */
export interface BatchFigures {
  readonly point: string;
  readonly batchesPerThousandOrders: number;
  readonly elementsPerBatch: number;
}

/** How much of it each order cost. */
export type CostPerOrder = Omit<Costs, "counted"> & {
  /** Calls that services took. */
  readonly rpcs: number;
};

export function costPerOrder({ counted, ...figures }: Costs, orders: number): CostPerOrder {
  const rpcs = counted
    .filter(({ metric }) => metric === callDuration)
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
