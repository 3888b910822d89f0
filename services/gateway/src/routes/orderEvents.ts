import { ActorKind, type Transition, type WatchStatusesResponse } from "@waybill/contracts/status";
import { z } from "zod";
import { statusOf } from "../app/statusNames.ts";
import { asCaller, asListener } from "../http/calls.ts";
import { type ServerEvent, sendEvents } from "../http/eventStream.ts";
import { orderParams, present, time, timeOf, traceFields } from "../http/fields.ts";
import { admins, anybody, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts, TraceLinks } from "./parts.ts";

const transitionBody = z
  .object({
    orderId: z.string(),
    version: z.int().meta({ description: "The order's version afterwards, from 1" }),
    from: z.string().optional().meta({ description: "Absent when the order was placed" }),
    status: z.string().meta({ description: "The state entered" }),
    reason: z.string().optional(),
    actor: z.object({ kind: z.string(), id: z.string() }),
    occurredAt: time,
    ...traceFields,
  })
  .meta({ id: "Transition" });

const events = {
  description: "Server-sent events; each has a transition as its data",
  content: { "text/event-stream": { schema: z.string() } },
};

const nothingLeft = z.undefined().describe("Nothing is left to come");

const tag = "orders";

/** What has happened to orders, and what happens now. */
export function orderEventRoutes(app: HttpServer, parts: RouteParts): void {
  app.get(
    "/api/orders/:orderId/timeline",
    operation({
      tag,
      summary: "The journal of an order, the first transition first",
      access: anybody,
      inputs: { params: orderParams },
      answers: { 200: z.array(transitionBody) },
      refusals: { 404: "There is no such order, or it is not yours" },
    }),
    async (request) => {
      const { statuses } = parts.clients;
      const { transitions } = await statuses.listTransitions(request.params, asCaller(request));
      return transitions.map((transition) => transitionOf(transition, parts.traceLink));
    },
  );
  liveRoutes(app, parts);
}

const lastEventId = (schema: z.ZodType<string>, what: string) =>
  z.object({ "last-event-id": schema.optional().meta({ description: `Begin after ${what}` }) });

const version = z.string().regex(/^\d{1,9}$/, "must be the id of an event of this stream");
const position = z.string().min(1).max(200);

function liveRoutes(app: HttpServer, parts: RouteParts): void {
  const { slots, ending } = parts;
  const { statuses } = parts.clients;
  const exposeHeadRoute = false; // A HEAD would open a stream that nobody reads.
  app.get(
    "/api/orders/:orderId/events",
    {
      exposeHeadRoute,
      ...operation({
        tag,
        summary: "Watch an order live, from its beginning or after the Last-Event-ID",
        description: "The stream ends after the order's end state, or with the token.",
        access: anybody,
        inputs: { params: orderParams, headers: lastEventId(version, "this version") },
        answers: { 200: events, 204: nothingLeft },
        refusals: {
          400: "The order has not got so far (POSITION_GONE)",
          404: "There is no such order, or it is not yours",
        },
      }),
    },
    (request, reply) => {
      const { orderId } = request.params;
      const after = Number(request.headers["last-event-id"] ?? 0);
      const watched = { orderId, afterVersion: after, afterPosition: "" };
      const watch = (signal: AbortSignal) =>
        eventsOf(
          statuses.watchStatuses(watched, asListener(request, signal)),
          parts.traceLink,
          ({ transition }) => String(transition?.version ?? ""),
        );
      return sendEvents(request, reply, { slots, ending, watch });
    },
  );
  app.get(
    "/api/events",
    {
      exposeHeadRoute,
      ...operation({
        tag,
        summary: "Watch all orders live, from now on or after the Last-Event-ID",
        access: admins,
        inputs: { headers: lastEventId(position, "this position") },
        answers: { 200: events },
        refusals: { 400: "The position is gone (POSITION_GONE)" },
      }),
    },
    (request, reply) => {
      const after = request.headers["last-event-id"] ?? "";
      const watched = { orderId: "", afterVersion: 0, afterPosition: after };
      const watch = (signal: AbortSignal) =>
        eventsOf(
          withoutRepeated(after, statuses.watchStatuses(watched, asListener(request, signal))),
          parts.traceLink,
          (response) => response.position,
        );
      return sendEvents(request, reply, { slots, ending, watch });
    },
  );
}

/**
 * Leaves out the position that the client has come with. Its stream begins with what follows, so
 * that a position that is gone is answered as an error, and not told in a stream that clients would
 * ask for again and again.
 */
async function* withoutRepeated(
  after: string,
  responses: AsyncIterable<WatchStatusesResponse>,
): AsyncGenerator<WatchStatusesResponse> {
  for await (const response of responses)
    if (response.transition !== undefined || response.position !== after) yield response;
}

async function* eventsOf(
  responses: AsyncIterable<WatchStatusesResponse>,
  traceLink: TraceLinks,
  idOf: (response: WatchStatusesResponse) => string,
): AsyncGenerator<ServerEvent> {
  for await (const response of responses) {
    const { transition } = response;
    yield { id: idOf(response), data: transition && transitionOf(transition, traceLink) };
  }
}

const actorKinds = new Map<number, string>(
  Object.entries(ActorKind).map(([name, kind]) => [kind, name]),
);

function transitionOf(
  transition: Transition,
  traceLink: TraceLinks,
): z.output<typeof transitionBody> {
  const { orderId, version, from, to, reason, actor, occurredAt, traceparent } = transition;
  const { kind, id } = present(actor, "the actor");
  return {
    orderId,
    version,
    from: from === 0 ? undefined : statusOf(from),
    status: statusOf(to),
    reason: reason || undefined,
    actor: { kind: actorKinds.get(kind) ?? "UNSPECIFIED", id },
    occurredAt: timeOf(present(occurredAt, "the time")),
    ...traceLink(traceparent),
  };
}
