import { isId } from "@waybill/contracts/ids";
import { OrderEvent } from "@waybill/contracts/status";

/**
 * The order's event that these bytes are. Throws when they are none, also when they can be decoded and name no order or user: a record made of
 * such an event could never be moved.
 */
export function decodeOrderEvent(bytes: Uint8Array): OrderEvent {
  const event = OrderEvent.decode(bytes);
  if (!isId(event.orderId)) throw new Error("order_id is no id");
  if (!isId(event.userId)) throw new Error("user_id is no id");
  return event;
}
