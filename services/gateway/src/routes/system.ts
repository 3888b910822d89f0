import { breakerState } from "@waybill/rpc";
import { z } from "zod";
import { asGateway } from "../http/calls.ts";
import { admins, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

/** The services behind the door. */
export const serviceNames = [
  "order",
  "status",
  "item",
  "payment",
  "user",
  "workflow",
  "shipping",
  "delivery",
  "notification",
] as const;

/** How long a service may take to say how it is. Unit: ms. */
const answerWithinMs = 800;

const serving = 1; // grpc.health.v1

const serviceBody = z
  .object({
    service: z.string(),
    health: z.enum(["SERVING", "NOT_SERVING", "UNREACHABLE"]),
    breaker: z.enum(["closed", "open", "half-open"]).meta({
      description: "This gateway's breaker towards it",
    }),
  })
  .meta({ id: "ServiceHealth" });

/** How the services are, seen from this gateway. */
export function systemRoutes(app: HttpServer, { health }: RouteParts): void {
  app.get(
    "/api/system/services",
    operation({
      tag: "system",
      summary: "Health of each service, and the breaker towards it",
      access: admins,
      answers: { 200: z.array(serviceBody) },
    }),
    (request) =>
      Promise.all(
        Object.entries(health).map(async ([service, { check }]) => {
          const call = { ...asGateway(request), timeoutMs: answerWithinMs };
          const answered = await check({ service: "" }, call).then(
            ({ status }) => (status === serving ? ("SERVING" as const) : ("NOT_SERVING" as const)),
            () => "UNREACHABLE" as const, // Whatever the reason, it does not answer.
          );
          return { service, health: answered, breaker: breakerState(service) ?? "closed" };
        }),
      ),
  );
}
