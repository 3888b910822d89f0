import { z } from "zod";
import { asCaller } from "../http/calls.ts";
import { optionalTimeOf, orderParams, present, time, timeOf } from "../http/fields.ts";
import { anybody, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const deliveryBody = z
  .object({
    orderId: z.string(),
    userId: z.string(),
    startedAt: time,
    dueAt: time.optional(),
    deliveredAt: time.optional(),
  })
  .meta({ id: "Delivery" });

/** The delivery of an order. */
export function deliveryRoutes(app: HttpServer, { clients }: RouteParts): void {
  app.get(
    "/api/deliveries/:orderId",
    operation({
      tag: "deliveries",
      summary: "The delivery of an order",
      access: anybody,
      inputs: { params: orderParams },
      answers: { 200: deliveryBody },
      refusals: { 404: "There is none, or it is not yours" },
    }),
    async (request) => {
      const found = await clients.delivery.getDelivery(request.params, asCaller(request));
      const delivery = present(found.delivery, "the delivery");
      const { orderId, userId, startedAt, dueAt, deliveredAt } = delivery;
      return {
        orderId,
        userId,
        startedAt: timeOf(present(startedAt, "the time")),
        dueAt: optionalTimeOf(dueAt),
        deliveredAt: optionalTimeOf(deliveredAt),
      };
    },
  );
}
