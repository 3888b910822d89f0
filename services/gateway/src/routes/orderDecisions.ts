import { ErrorReason } from "@waybill/contracts/errors";
import { type Actor, ActorKind, OrderState } from "@waybill/contracts/status";
import { type Caller, isAdmin } from "@waybill/identity";
import { refuse, rules } from "@waybill/rpc";
import { z } from "zod";
import { stateOf, statusNames, statusOf } from "../app/statusNames.ts";
import { asCaller } from "../http/calls.ts";
import { idempotencyHeaders, orderParams, present } from "../http/fields.ts";
import { admins, anybody, coordinators, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import { orderFieldNames, orderRequest, toCreateOrder } from "./orderBodies.ts";
import { selfOf } from "./orders.ts";
import type { RouteParts } from "./parts.ts";

const decided = z.object({ message: z.string(), orderId: z.string(), status: z.string() });

const tag = "orders";

/** Decisions about orders: by customers, by admins, and by outside coordinators. */
export function orderDecisionRoutes(app: HttpServer, parts: RouteParts): void {
  cancelRoute(app, parts);
  statusRoute(app, parts);
  tryRoute(app, parts);
  confirmRoute(app, parts);
}

/** Who decides: services stand for the outside coordinators that they are. */
function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case "user": {
      const kind = isAdmin(caller) ? ActorKind.ADMIN : ActorKind.CUSTOMER;
      return { kind, id: caller.userId };
    }
    case "service":
      return { kind: ActorKind.COORDINATOR, id: caller.name };
    case "anonymous":
      throw new Error("nobody decides about an order without a token");
    default:
      return caller satisfies never;
  }
}

function cancelRoute(app: HttpServer, { clients: { orders }, orderCache }: RouteParts): void {
  app.post(
    "/api/orders/:orderId/cancel",
    operation({
      tag,
      summary: "Cancel an order, while it is PENDING",
      description:
        "A coordinator's cancel of an unknown order succeeds, and that order can never be placed.",
      access: anybody,
      inputs: {
        params: orderParams,
        body: z.object({ reason: rules.text(200).optional() }).nullish(),
      },
      answers: { 200: decided },
      refusals: {
        400: "It is too late: the error says in which state the order is",
        404: "There is no such order, or it is not yours",
      },
    }),
    async (request) => {
      const { orderId } = request.params;
      const actor = actorOf(request.caller);
      const cancel = { orderId, actor, reason: request.body?.reason ?? "" };
      await orderCache.write(orderId, () => orders.cancelOrder(cancel, asCaller(request)));
      return { message: "Order cancelled successfully", orderId, status: "CANCELLED" };
    },
  );
}

function statusRoute(app: HttpServer, { clients: { orders }, orderCache }: RouteParts): void {
  app.put(
    "/api/orders/:orderId/status",
    operation({
      tag,
      summary: "Confirm or cancel an order by hand",
      description:
        "CONFIRMED (PAID) confirms, once stock and payment are secured; CANCELLED cancels. All other states are entered by services only.",
      access: admins,
      inputs: { params: orderParams, body: z.object({ status: z.enum(statusNames) }) },
      answers: { 200: decided },
      refusals: {
        400: "The status is none, or it is too late",
        404: "There is no such order",
        409: "A service enters this state (DRIVEN_BY_SERVICE), or the order is cancelled",
      },
    }),
    async (request) => {
      const { orderId } = request.params;
      const state = stateOf(request.body.status);
      const decision = { orderId, actor: actorOf(request.caller) };
      const call = asCaller(request);
      const { order } = await orderCache.write(orderId, async () => {
        if (state === OrderState.CONFIRMED) return orders.confirmOrder(decision, call);
        if (state === OrderState.CANCELLED)
          return orders.cancelOrder({ ...decision, reason: "" }, call);
        throw refuse.failedPrecondition(
          ErrorReason.DRIVEN_BY_SERVICE,
          `${statusOf(state)} is entered by a service, never by hand.`,
        );
      });
      const status = statusOf(order?.state ?? state);
      return { message: "Order status updated successfully", orderId, status };
    },
  );
}

function tryRoute(app: HttpServer, { clients, defaultPaymentMethod }: RouteParts): void {
  app.post(
    "/api/orders/try",
    operation({
      tag,
      summary: "Try: place an order that an outside coordinator confirms or cancels",
      description:
        "Needs an orderId or an Idempotency-Key. 503 (TRY_PENDING) until stock is held and the payment authorised: repeat it.",
      access: coordinators,
      config: { deadlineMs: 10_000, fieldNames: orderFieldNames },
      inputs: {
        headers: idempotencyHeaders,
        body: z.object({
          order: orderRequest,
          expiresAt: z.iso.datetime({ offset: true }).optional(),
        }),
      },
      answers: { 200: decided },
      refusals: {
        400: "A field breaks its rule, or the stock does not suffice",
        404: "There is no such item or user",
        409: "The order was cancelled meanwhile, or the id was used with other content",
      },
    }),
    async (request, reply) => {
      const { order: wanted, expiresAt } = request.body;
      const userId = selfOf(request.caller);
      const defaults = { userId, paymentMethod: defaultPaymentMethod };
      const order = toCreateOrder(wanted, request.headers["idempotency-key"], defaults);
      const until = expiresAt === undefined ? undefined : new Date(expiresAt);
      const tried = await clients.orders.tryOrder({ order, expiresAt: until }, asCaller(request));
      const { orderId, state } = present(tried.order, "the order");
      reply.header("location", `/api/orders/${orderId}`);
      return { message: "Order tried successfully", orderId, status: statusOf(state) };
    },
  );
}

function confirmRoute(app: HttpServer, { clients: { orders }, orderCache }: RouteParts): void {
  app.post(
    "/api/orders/:orderId/confirm",
    operation({
      tag,
      summary: "Confirm: decide a tried order",
      access: coordinators,
      inputs: { params: orderParams, body: z.object({}).nullish() },
      answers: { 200: decided },
      refusals: {
        400: "Stock and payment are not secured yet (TRY_INCOMPLETE)",
        404: "There is no such order",
        409: "The order is cancelled",
      },
    }),
    async (request) => {
      const { orderId } = request.params;
      const decision = { orderId, actor: actorOf(request.caller) };
      const { order } = await orderCache.write(orderId, () =>
        orders.confirmOrder(decision, asCaller(request)),
      );
      const status = statusOf(present(order, "the order").state);
      return { message: "Order confirmed successfully", orderId, status };
    },
  );
}
