import { createLatencies, type Latencies } from "../measure/latencies.ts";
import type { OrderCaller } from "./orderCaller.ts";
import { userCount, userId } from "./population.ts";
import type { Random } from "./random.ts";

/** Customers look at one order more often than at their list. */
const listShare = 0.25;
export const pageSize = 50;

/** Reads orders as customers do. */
export interface Reads {
  /** Reads one of these orders, or a page of a customer's orders. Rejects with CallError. */
  send(orderIds: readonly string[], intendedAt: number): Promise<void>;
  readonly getOrder: Latencies;
  readonly listOrders: Latencies;
}

export type OrderReader = Pick<OrderCaller, "getOrder" | "listOrders">;

export function readsBy(caller: OrderReader, random: Random): Reads {
  const getOrder = createLatencies();
  const listOrders = createLatencies();
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    getOrder,
    listOrders,
    send: async (orderIds, intendedAt) => {
      const orderId = random() < listShare ? undefined : orderIds[below(orderIds.length)];
      if (orderId !== undefined) {
        await caller.getOrder({ orderId });
        getOrder.record(performance.now() - intendedAt);
      } else {
        await caller.listOrders({ userId: userId(below(userCount)), pageSize });
        listOrders.record(performance.now() - intendedAt);
      }
    },
  };
}
