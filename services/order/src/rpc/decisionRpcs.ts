import type { OrderServiceImplementation } from "@waybill/contracts/order";
import type { Actor } from "@waybill/contracts/status";
import { ActorKind } from "@waybill/contracts/status";
import { callerOf, isAdmin } from "@waybill/identity";
import { rules, validate } from "@waybill/rpc";
import { z } from "zod";
import type { OrderView } from "../app/orderView.ts";
import { orderMessage } from "./mapping.ts";

/** What the decisions' handlers call. Refusals are thrown. */
export interface DecisionApp {
  cancelOrder(orderId: string, actor: Actor, reason: string): Promise<OrderView | undefined>;
  confirmOrder(orderId: string, actor: Actor): Promise<OrderView>;
}

const maxReasonLength = 200;

const actorRule = (kinds: readonly ActorKind[], rule: string) =>
  z.object({ kind: rules.oneOf(kinds, rule), id: rules.id }, "must be given");

const cancelRule = z.object({
  orderId: rules.id,
  actor: actorRule(
    [ActorKind.CUSTOMER, ActorKind.ADMIN, ActorKind.COORDINATOR],
    "must be CUSTOMER, ADMIN or COORDINATOR",
  ),
  reason: rules.text(maxReasonLength),
});

const confirmRule = z.object({
  orderId: rules.id,
  actor: actorRule(
    [ActorKind.ADMIN, ActorKind.COORDINATOR],
    "must be ADMIN or COORDINATOR",
  ).default({ kind: ActorKind.COORDINATOR, id: "coordinator" }),
});

const kindNames = new Map<number, string>(
  Object.entries(ActorKind).map(([name, number]) => [number, name]),
);

/** CancelOrder and ConfirmOrder: what people and coordinators decide, one order at a time. */
export function decisionRpcs(
  app: DecisionApp,
): Pick<OrderServiceImplementation, "cancelOrder" | "confirmOrder"> {
  return {
    cancelOrder: async (request) => {
      const { orderId, actor, reason } = validate(cancelRule, byCaller(request));
      const why = reason === "" ? `CANCELLED_BY_${kindNames.get(actor.kind)}` : reason;
      const view = await app.cancelOrder(orderId, actor, why);
      return { order: view && orderMessage(view) };
    },
    confirmOrder: async (request) => {
      const { orderId, actor } = validate(confirmRule, byCaller(request));
      return { order: orderMessage(await app.confirmOrder(orderId, actor)) };
    },
  };
}

/** The request as made by its caller: people act as themselves; services say for whom they act. */
function byCaller<Request extends { readonly actor?: Actor | undefined }>(
  request: Request,
): Request {
  const caller = callerOf();
  switch (caller.kind) {
    case "service":
      return request;
    case "user": {
      const kind = isAdmin(caller) ? ActorKind.ADMIN : ActorKind.CUSTOMER;
      return { ...request, actor: { kind, id: caller.userId } };
    }
    case "anonymous":
      return { ...request, actor: undefined };
    default:
      return caller satisfies never;
  }
}
