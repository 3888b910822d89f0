import { orderSubject, ordersStream } from "@waybill/contracts/events";
import type { OrderEvent } from "@waybill/contracts/status";
import { decodeOrderEvent } from "@waybill/fulfilment";
import { type BatchConsumer, dead, done, type Received } from "@waybill/messaging";
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
    const orders = received.filter(namesOrder).map(({ event, traceparent }) => ({
      orderId: event.orderId,
      userId: event.userId,
      traceparent,
    }));
    if (orders.length > 0) await shipOrders(orders, signal);
    return received.map((each) => (namesOrder(each) ? done : noOrder));
  },
});

/** An event that can be decoded and still names no order is given up: nothing could ever come of it. */
const namesOrder = ({ event }: Received<OrderEvent>): boolean => event.orderId !== "";

const noOrder = dead("INVALID_EVENT", "order_id is empty");
