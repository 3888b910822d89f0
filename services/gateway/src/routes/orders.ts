import { ErrorReason } from "@waybill/contracts/errors";
import { OrderState } from "@waybill/contracts/status";
import type { Caller } from "@waybill/identity";
import { onlyOwn } from "@waybill/identity";
import { refuse, rules } from "@waybill/rpc";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { cancellableUntil } from "../app/cancellation.ts";
import { neededRequestId } from "../app/idempotency.ts";
import { type StatusName, stateOf, statusNames } from "../app/statusNames.ts";
import { identityOf } from "../http/authentication.ts";
import { asCaller } from "../http/calls.ts";
import {
  idempotencyHeaders,
  optionalTimeOf,
  orderParams,
  pageOf,
  pageQuery,
  present,
} from "../http/fields.ts";
import { anybody, operation } from "../http/operation.ts";
import { linkNextPage } from "../http/pages.ts";
import type { HttpServer } from "../http/server.ts";
import { orderBody, orderFieldNames, orderOf, orderRequest, toCreateOrder } from "./orderBodies.ts";
import type { RouteParts } from "./parts.ts";

const listQuery = pageQuery.extend({
  status: z.enum(statusNames).optional().meta({
    description:
      "CREATED and ORDER_CREATED mean PENDING, PAID CONFIRMED, ORDER_PROCESSING PROCESSING",
  }),
});

/** Holding stock in a busy shop may take a while; longer than the order service's own calls. */
const placingMs = 10_000;

const tag = "orders";

/** The user whom a request is for that names none: the caller itself. */
export const selfOf = (caller: Caller): string => (caller.kind === "user" ? caller.userId : "");

/** Placing and reading orders. */
export function orderRoutes(app: HttpServer, parts: RouteParts): void {
  placeRoute(app, parts);
  listRoutes(app, parts);
  getRoute(app, parts);
}

function placeRoute(app: HttpServer, { clients, defaultPaymentMethod }: RouteParts): void {
  app.post(
    "/api/orders",
    operation({
      tag,
      summary: "Place an order",
      description:
        "Repeat it with the same Idempotency-Key, or with the same orderId, and it is the same order. An orderId does so whatever the key, which is then left out.",
      access: anybody,
      config: { deadlineMs: placingMs, fieldNames: orderFieldNames },
      inputs: { headers: idempotencyHeaders, body: z.object({ order: orderRequest }) },
      answers: { 201: z.object({ message: z.string(), orderId: z.string() }) },
      refusals: {
        400: "A field breaks its rule, or the stock does not suffice",
        403: "The order is for somebody else",
        404: "There is no such item or user",
        409: "The same id or key was used with other content",
      },
    }),
    async (request, reply) => {
      // A call whose answer is lost is made again: without an id it would place another order.
      const key = neededRequestId(request.headers["idempotency-key"]);
      const userId = selfOf(request.caller);
      const defaults = { userId, paymentMethod: defaultPaymentMethod };
      const wanted = toCreateOrder(request.body.order, key, defaults);
      const { order, replayed } = await clients.orders.createOrder(wanted, asCaller(request));
      const { orderId } = present(order, "the order");
      reply.code(201).header("location", `/api/orders/${orderId}`);
      if (replayed) reply.header("idempotency-replayed", "true");
      return { message: "Order placed successfully", orderId };
    },
  );
}

function listRoutes(app: HttpServer, { clients: { orders }, traceLink }: RouteParts): void {
  const list = async (request: ListRequest, reply: FastifyReply, userId: string) => {
    const { status } = request.query;
    const state = status === undefined ? OrderState.UNSPECIFIED : stateOf(status);
    const times = { placedAfter: undefined, placedBefore: undefined };
    const filter = { userId, state, ...times, ...pageOf(request.query) };
    const page = await orders.listOrders(filter, asCaller(request));
    linkNextPage(request, reply, page.nextPageToken);
    return page.orders.map((order) => orderOf(order, traceLink));
  };
  app.get(
    "/api/orders",
    operation({
      tag,
      summary: "List orders, the latest placed first: a customer its own, others all",
      access: anybody,
      inputs: { querystring: listQuery },
      answers: { 200: z.array(orderBody) },
      refusals: { 400: "The status, the page token or the page size is wrong" },
    }),
    (request, reply) => list(request, reply, onlyOwn(request.caller) ?? ""),
  );
  app.get(
    "/api/orders/user/:userId",
    operation({
      tag,
      summary: "List one user's orders, the latest placed first",
      access: anybody,
      inputs: { params: z.object({ userId: rules.id }), querystring: listQuery },
      answers: { 200: z.array(orderBody) },
      refusals: {
        400: "The status, the page token or the page size is wrong",
        403: "A customer asks for another's",
      },
    }),
    (request, reply) => {
      const { userId } = request.params;
      if ((onlyOwn(request.caller) ?? userId) !== userId)
        throw refuse.permissionDenied(ErrorReason.NOT_ALLOWED, "You may see your own orders only.");
      return list(request, reply, userId);
    },
  );
}

type ListRequest = FastifyRequest & {
  readonly query: { pageSize?: number; pageToken?: string; status?: StatusName };
};

function getRoute(app: HttpServer, parts: RouteParts): void {
  const { clients, orderCache, cancellationWindowMs, traceLink } = parts;
  app.get(
    "/api/orders/:orderId",
    operation({
      tag,
      summary: "An order in its current state, at most a second old",
      access: anybody,
      inputs: { params: orderParams },
      answers: { 200: orderBody },
      refusals: { 404: "There is no such order, or it is not yours" },
    }),
    async (request) => {
      const { orderId } = request.params;
      const order = await orderCache.read(orderId, identityOf(request.caller), async () => {
        const found = await clients.orders.getOrder({ orderId }, asCaller(request));
        return present(found.order, "the order");
      });
      const until = cancellableUntil(order, cancellationWindowMs);
      return { ...orderOf(order, traceLink), cancellableUntil: optionalTimeOf(until) };
    },
  );
}
