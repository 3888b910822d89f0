import { breakerState } from "@waybill/rpc";
import { z } from "zod";
import { statusOf } from "../app/statusNames.ts";
import { asCaller, asGateway } from "../http/calls.ts";
import { optionalTimeOf, time } from "../http/fields.ts";
import { admins, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

/** How long a service may take to say how it is. Unit: ms. */
const answerWithinMs = 800;

const serving = 1; // grpc.health.v1

const tag = "system";

/** How the system is, for those who run it. */
export function systemRoutes(app: HttpServer, parts: RouteParts): void {
  serviceRoute(app, parts);
  flowRoute(app, parts);
  consumerRoute(app, parts);
}

const serviceBody = z
  .object({
    service: z.string(),
    health: z.enum(["SERVING", "NOT_SERVING", "UNREACHABLE"]),
    breaker: z.enum(["closed", "open", "half-open"]).meta({
      description: "This gateway's breaker towards it",
    }),
  })
  .meta({ id: "ServiceHealth" });

function serviceRoute(app: HttpServer, { health }: RouteParts): void {
  app.get(
    "/api/system/services",
    operation({
      tag,
      summary: "Health of each service, and the breaker towards it, as this gateway sees them",
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

const optionalMs = z.int().optional();

const stateBody = z
  .object({
    status: z.string(),
    orders: z.int().meta({ description: "How many are in this state, counted up to 100,000" }),
    more: z.boolean().meta({ description: "There are more than were counted, or there may be" }),
    oldestMovedAt: time.optional().meta({
      format: "date-time",
      description: "When the order that is in it for longest came; absent for end states",
    }),
    medianStayMs: optionalMs.meta({
      description: "Half of the latest 200 delivered orders left it within this time",
    }),
    p95StayMs: optionalMs.meta({ description: "95 of 100 of them did" }),
  })
  .meta({ id: "StateSummary" });

function flowRoute(app: HttpServer, { clients: { statuses } }: RouteParts): void {
  app.get(
    "/api/system/flow",
    operation({
      tag,
      summary: "How many orders are in each state, and how long they stay",
      access: admins,
      answers: { 200: z.array(stateBody) },
    }),
    async (request) => {
      const summary = await statuses.summarizeStatuses({}, asCaller(request));
      return summary.states.map(({ state, orders, more, ...rest }) => ({
        status: statusOf(state),
        orders: Number(orders),
        more,
        oldestMovedAt: optionalTimeOf(rest.oldestMovedAt),
        medianStayMs: optionalNumber(rest.medianStayMs),
        p95StayMs: optionalNumber(rest.p95StayMs),
      }));
    },
  );
}

const optionalNumber = (value: bigint | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

const consumerBody = z
  .object({
    name: z.string(),
    stream: z.string(),
    pending: z.int().meta({ description: "Messages that it has not been given yet" }),
    unacknowledged: z.int().meta({ description: "Messages that it works on" }),
    redelivered: z.int().meta({ description: "Of these, how many were given to it again" }),
  })
  .meta({ id: "EventConsumer" });

function consumerRoute(app: HttpServer, { clients: { workflow } }: RouteParts): void {
  app.get(
    "/api/system/consumers",
    operation({
      tag,
      summary: "How far each consumer of events is behind its stream",
      access: admins,
      answers: { 200: z.array(consumerBody) },
    }),
    async (request) => {
      const { consumers } = await workflow.listConsumers({}, asCaller(request));
      return consumers.map(({ name, stream, pending, unacknowledged, redelivered }) => ({
        name,
        stream,
        pending: Number(pending),
        unacknowledged: Number(unacknowledged),
        redelivered: Number(redelivered),
      }));
    },
  );
}
