import type {
  Delivery as DeliveryMessage,
  DeliveryServiceImplementation,
} from "@waybill/contracts/delivery";
import { ErrorReason } from "@waybill/contracts/errors";
import { isOwn, ownFilter } from "@waybill/identity";
import type { Database } from "@waybill/persistence";
import { readPage, refuse, rules, validate } from "@waybill/rpc";
import { z } from "zod";
import { type Delivery, listDeliveries, readDelivery } from "../db/deliveryStore.ts";

const getRule = z.object({ orderId: rules.id });
const listRule = z.object({
  userId: rules.optionalId,
  pageSize: rules.pageSize,
  pageToken: rules.pageToken,
});

export const deliveryService = (db: Database): DeliveryServiceImplementation => ({
  getDelivery: async (request) => {
    const { orderId } = validate(getRule, request);
    const delivery = await readDelivery(db, orderId);
    if (delivery === undefined || !isOwn(delivery.userId)) {
      throw refuse.notFound(
        ErrorReason.DELIVERY_NOT_FOUND,
        `There is no delivery of order ${orderId}.`,
        { order_id: orderId },
      );
    }
    return { delivery: toMessage(delivery) };
  },
  listDeliveries: async (request) => {
    const { pageSize, pageToken, ...asked } = validate(listRule, request);
    const userId = ownFilter(asked.userId);
    const { rows, nextPageToken } = await readPage({
      kind: "deliveries",
      filters: { userId },
      pageSize,
      pageToken,
      read: (after, limit) => listDeliveries(db, userId, after, limit),
      keyForm: ["time", "id"],
      keyOf: (delivery) => [delivery.startedAt.toISOString(), delivery.orderId],
    });
    return { deliveries: rows.map(toMessage), nextPageToken };
  },
});

function toMessage({ traceparent: _, ...delivery }: Delivery): DeliveryMessage {
  return delivery;
}
