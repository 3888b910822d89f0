import { orderSubject, ordersStream } from "@waybill/contracts/events";
import type { OrderEvent } from "@waybill/contracts/status";
import { decodeOrderEvent } from "@waybill/fulfilment";
import { type BatchConsumer, dead, done, type Received } from "@waybill/messaging";
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
    const orders = received.filter(namesOrder).map(({ event, traceparent }) => ({
      orderId: event.orderId,
      userId: event.userId,
      traceparent,
    }));
    if (orders.length > 0) await deliverOrders(orders);
    return received.map((each) => (namesOrder(each) ? done : noOrder));
  },
});

/** An event that can be decoded and still names no order is given up: nothing could ever come of it. */
const namesOrder = ({ event }: Received<OrderEvent>): boolean => event.orderId !== "";

const noOrder = dead("INVALID_EVENT", "order_id is empty");
