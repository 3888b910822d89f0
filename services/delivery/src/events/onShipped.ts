import { orderSubject, ordersStream } from "@waybill/contracts/events";
import type { OrderEvent } from "@waybill/contracts/status";
import { decodeOrderEvent } from "@waybill/fulfilment";
import { type BatchConsumer, done } from "@waybill/messaging";
import type { ShippedOrder } from "../app/deliverOrders.ts";

/** Delivers every order that was shipped. */
export const onShipped = (
  deliverOrders: (orders: readonly ShippedOrder[]) => Promise<void>,
): BatchConsumer<OrderEvent> => ({
  durable: "delivery", // Renaming it reads the whole stream again.
  stream: ordersStream,
  subjects: [orderSubject("shipped", "*")],
  decode: decodeOrderEvent,
  handle: async (received) => {
    const orders = received.map(({ event, traceparent }) => ({
      orderId: event.orderId,
      userId: event.userId,
      traceparent,
    }));
    await deliverOrders(orders);
    return received.map(() => done);
  },
});
