import type { OrderLine, Order as OrderMessage } from "@waybill/contracts/order";
import { OrderState, ReservationMode } from "@waybill/contracts/status";
import type { OrderView } from "../app/orderView.ts";
import type { Order } from "../domain/order.ts";

/** An order as the contract has it. One that status does not know yet counts as PENDING, in version 0. */
export function orderMessage({ order, status }: OrderView): OrderMessage {
  return {
    ...contentMessage(order),
    state: status?.state ?? OrderState.PENDING,
    version: status?.version ?? 0,
    tried: status?.tried ?? false,
    reason: status?.reason ?? "",
  };
}

/** An order's content; its state is left UNSPECIFIED. */
export function contentMessage(order: Order): OrderMessage {
  const { content, prices } = order;
  const lines: OrderLine[] = prices
    ? [...prices.lines]
    : content.lines.map((line) => ({ ...line, name: "", unitPrice: undefined }));
  return {
    orderId: order.orderId,
    userId: content.userId,
    lines,
    paymentMethod: content.paymentMethod,
    shipTo: content.shipTo && { ...content.shipTo, street: [...content.shipTo.street] },
    total: prices?.total,
    state: OrderState.UNSPECIFIED,
    version: 0,
    tried: false,
    reservationMode: ReservationMode[order.reservationMode],
    placedAt: order.placedAt,
    expiresAt: order.expiresAt,
    reason: "",
    traceparent: order.traceparent,
  };
}
