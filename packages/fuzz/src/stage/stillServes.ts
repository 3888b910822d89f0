import type { Stack } from "@waybill/stack";
import { connectClients, orderOf, stock, untilDelivered } from "./furnish.ts";

/** Whether an order still goes its whole way. Undefined when it does, or else what went wrong. */
export async function stillServes(stack: Stack): Promise<string | undefined> {
  await using clients = connectClients(stack);
  const [orderId, itemId] = ["afterwards", "afterwards-item"];
  try {
    await stock(clients, itemId);
    await clients.orders.createOrder(orderOf(orderId, "alice", itemId));
    await untilDelivered(clients, orderId);
    return undefined;
  } catch (error) {
    return `An order does not go its way any more: ${error}`;
  }
}
