import { ErrorReason } from "@waybill/contracts/errors";
import type {
  Shipment as ShipmentMessage,
  ShippingServiceImplementation,
} from "@waybill/contracts/shipping";
import { isOwn, ownFilter } from "@waybill/identity";
import type { Database } from "@waybill/persistence";
import { readPage, refuse, rules, validate } from "@waybill/rpc";
import { z } from "zod";
import { listShipments, readShipment, type Shipment } from "../db/shipmentStore.ts";

const getRule = z.object({ orderId: rules.id });
const listRule = z.object({
  userId: rules.optionalId,
  pageSize: rules.pageSize,
  pageToken: rules.pageToken,
});

export const shippingService = (db: Database): ShippingServiceImplementation => ({
  getShipment: async (request) => {
    const { orderId } = validate(getRule, request);
    const shipment = await readShipment(db, orderId);
    if (shipment === undefined || !isOwn(shipment.userId)) {
      throw refuse.notFound(
        ErrorReason.SHIPMENT_NOT_FOUND,
        `There is no shipment of order ${orderId}.`,
        { order_id: orderId },
      );
    }
    return { shipment: toMessage(shipment) };
  },
  listShipments: async (request) => {
    const { pageSize, pageToken, ...asked } = validate(listRule, request);
    const userId = ownFilter(asked.userId);
    const { rows, nextPageToken } = await readPage({
      kind: "shipments",
      filters: { userId },
      pageSize,
      pageToken,
      read: (after, limit) => listShipments(db, userId, after, limit),
      keyForm: ["time", "id"],
      keyOf: (shipment) => [shipment.bookedAt.toISOString(), shipment.orderId],
    });
    return { shipments: rows.map(toMessage), nextPageToken };
  },
});

function toMessage({ traceparent: _, ...shipment }: Shipment): ShipmentMessage {
  return shipment;
}
