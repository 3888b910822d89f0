import { z } from "zod";
import { asCaller } from "../http/calls.ts";
import { optionalTimeOf, orderParams, present, time, timeOf } from "../http/fields.ts";
import { anybody, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const shipmentBody = z
  .object({
    orderId: z.string(),
    userId: z.string(),
    carrier: z.string(),
    trackingNumber: z.string(),
    bookedAt: time,
    shippedAt: time.optional(),
  })
  .meta({ id: "Shipment" });

/** The shipment of an order. */
export function shipmentRoutes(app: HttpServer, { clients }: RouteParts): void {
  app.get(
    "/api/shipments/:orderId",
    operation({
      tag: "shipments",
      summary: "The shipment of an order",
      access: anybody,
      inputs: { params: orderParams },
      answers: { 200: shipmentBody },
      refusals: { 404: "There is none, or it is not yours" },
    }),
    async (request) => {
      const found = await clients.shipping.getShipment(request.params, asCaller(request));
      const shipment = present(found.shipment, "the shipment");
      const { orderId, userId, carrier, trackingNumber } = shipment;
      const bookedAt = timeOf(present(shipment.bookedAt, "the time"));
      const shippedAt = optionalTimeOf(shipment.shippedAt);
      return { orderId, userId, carrier, trackingNumber, bookedAt, shippedAt };
    },
  );
}
