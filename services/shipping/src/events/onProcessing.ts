import { orderSubject, ordersStream } from "@waybill/contracts/events";
import { OrderEvent } from "@waybill/contracts/status";
import type { BatchConsumer } from "@waybill/messaging";
import type { ReadyOrder } from "../app/shipOrders.ts";

/** Ships every order that is ready for it. */
export const onProcessing = (
  shipOrders: (orders: readonly ReadyOrder[], signal: AbortSignal) => Promise<void>,
): BatchConsumer<OrderEvent> => ({
  durable: "shipping", // Renaming it reads the whole stream again.
  stream: ordersStream,
  subjects: [orderSubject("processing", "*")],
  decode: OrderEvent.decode,
  handle: async (received, signal) => {
    const orders = received.map(({ event, traceparent }) => ({
      orderId: event.orderId,
      userId: event.userId,
      traceparent,
    }));
    await shipOrders(orders, signal);
    return received.map(() => ({ kind: "done" }));
  },
});
