import { orderSubject, ordersStream } from "@waybill/contracts/events";
import type { OrderEvent } from "@waybill/contracts/status";
import { decodeOrderEvent } from "@waybill/fulfilment";
import { type BatchConsumer, done } from "@waybill/messaging";
import type { ReadyOrder } from "../app/shipOrders.ts";

/** Ships every order that is ready for it. */
export const onProcessing = (
  shipOrders: (orders: readonly ReadyOrder[], signal: AbortSignal) => Promise<void>,
): BatchConsumer<OrderEvent> => ({
  durable: "shipping", // Renaming it reads the whole stream again.
  stream: ordersStream,
  subjects: [orderSubject("processing", "*")],
  decode: decodeOrderEvent,
  handle: async (received, signal) => {
    const orders = received.map(({ event, traceparent }) => ({
      orderId: event.orderId,
      userId: event.userId,
      traceparent,
    }));
    await shipOrders(orders, signal);
    return received.map(() => done);
  },
});
