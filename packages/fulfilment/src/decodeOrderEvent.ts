import { OrderEvent } from "@waybill/contracts/status";

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The order's event that these bytes are. Throws when they are none, also when they can be decoded and name no order or user: a record made of
 * such an event could never be moved.
 */
export function decodeOrderEvent(bytes: Uint8Array): OrderEvent {
  const event = OrderEvent.decode(bytes);
  if (!idPattern.test(event.orderId)) throw new Error("order_id is no id");
  if (!idPattern.test(event.userId)) throw new Error("user_id is no id");
  return event;
}
