import { type OrderEvent, OrderState, ReservationMode } from "@waybill/contracts/status";
import type { Received } from "@waybill/messaging";
import { rules } from "@waybill/rpc";
import type { News, State } from "../domain/news.ts";

const states: Readonly<Record<OrderState, State | undefined>> = {
  [OrderState.UNSPECIFIED]: undefined,
  [OrderState.PENDING]: "PENDING",
  [OrderState.CONFIRMED]: "CONFIRMED",
  [OrderState.PROCESSING]: "PROCESSING",
  [OrderState.SHIPPED]: "SHIPPED",
  [OrderState.DELIVERED]: "DELIVERED",
  [OrderState.CANCELLED]: "CANCELLED",
};

const isId = (text: string): boolean => rules.id.safeParse(text).success;

/** What an order's event tells the workflow. Throws for one that breaks the contract. */
export function toNews(received: Received<OrderEvent>): News {
  const { event, publication, deliveries, traceparent } = received;
  const { orderId, userId, version, to, placedAt, occurredAt, expiresAt, reservationMode } = event;
  const entered = states[to];
  if (!isId(orderId)) throw new Error("order_id is no id");
  if (!isId(userId)) throw new Error("user_id is no id");
  if (entered === undefined) throw new Error(`to is ${to}, which is no state`);
  if (placedAt === undefined) throw new Error("placed_at is missing");
  if (occurredAt === undefined) throw new Error("occurred_at is missing");
  return {
    order: {
      orderId,
      userId,
      placedAt,
      reservationMode: reservationMode === ReservationMode.DEFERRED ? "DEFERRED" : "HELD",
      expiresAt,
      traceparent,
    },
    entered,
    version,
    occurredAt,
    reannounced: publication > 1,
    repeated: publication > 1 || deliveries > 1,
  };
}
