import { randomUUIDv7 } from "node:crypto";
import { namedTraceparent } from "@waybill/chassis";
import type { CreateOrderRequest } from "@waybill/contracts/order";
import { awaiting, type CallContext, type Refusal, rules, validate } from "@waybill/rpc";
import { z } from "zod";
import type { Placement } from "../app/placement.ts";
import { type Content, hashContent, mergeLines } from "../domain/order.ts";
import { candidateOf, type Naming } from "../domain/orderId.ts";

/** Lines of one order. */
const maxLines = 100;
/** Pieces of one item in one order, after its lines are merged. */
const maxQuantity = 10_000;

const addressRule = z.object({
  name: rules.requiredText(200),
  street: rules.list(rules.requiredText(200), 3),
  postalCode: rules.text(20),
  city: rules.requiredText(100),
  region: rules.text(100),
  country: rules.country,
});

const lineRule = z.object({ itemId: rules.id, quantity: rules.quantity });

const orderRule = (paymentMethods: readonly string[]) =>
  z
    .object({
      requestId: rules.optionalId,
      orderId: rules.optionalId,
      userId: rules.id,
      lines: rules.list(lineRule, maxLines),
      paymentMethod: rules.oneOf(paymentMethods, `must be one of ${paymentMethods.join(", ")}`),
      shipTo: addressRule.optional(),
      traceparent: z.string(),
    })
    .superRefine((order, check) => {
      const refuse = (path: PropertyKey[], message: string) =>
        check.addIssue({ code: "custom", path, message });
      if (order.requestId !== "" && order.orderId !== "") {
        refuse(
          ["requestId"],
          "must be empty together with order_id, which serves the same purpose",
        );
      }
      const quantities = new Map<string, number>();
      order.lines.forEach(({ itemId, quantity }, index) => {
        const merged = (quantities.get(itemId) ?? 0) + quantity;
        quantities.set(itemId, merged);
        if (merged > maxQuantity && quantity <= maxQuantity) {
          const rule = `must be at most ${maxQuantity} with the other lines of item ${itemId}`;
          refuse(["lines", index, "quantity"], rule);
        }
      });
    });

/** Decodes requests to place an order. */
export interface PlacementDecoder {
  /** Throws the Refusal INVALID_ARGUMENT, which names each wrong field. To be called while the call is being handled. */
  decode(request: CreateOrderRequest, call: Call): Placement;
  /** The same for an order of an outside coordinator. */
  decodeCoordinated(request: CreateOrderRequest, call: Call, expiry: Expiry): Placement;
}

type Call = Pick<CallContext, "signal">;

/** When an outside coordinator's order is cancelled unless it is confirmed. */
export interface Expiry {
  readonly at: Date;
  /** Why a new order cannot expire then. */
  readonly refusal: Refusal | undefined;
}

export function placementDecoder(paymentMethods: readonly string[]): PlacementDecoder {
  const rule = orderRule(paymentMethods);
  const decode = (request: CreateOrderRequest, call: Call, expiry?: Expiry): Placement => {
    const order = validate(rule, request);
    const content: Content = {
      userId: order.userId,
      lines: mergeLines(order.lines),
      paymentMethod: order.paymentMethod,
      shipTo: order.shipTo,
      isCoordinated: expiry !== undefined,
    };
    const naming = namingOf(order);
    return {
      candidate: (attempt) => candidateOf(naming, attempt),
      isRepeatable: naming.kind !== "once",
      content,
      contentHash: hashContent(content),
      lineIndexes: firstIndexes(order.lines.map(({ itemId }) => itemId)),
      expiresAt: expiry?.at,
      refusalIfNew: expiry?.refusal,
      isAwaited: awaiting(call),
      traceparent: namedTraceparent(order.traceparent),
    };
  };
  return { decode: (request, call) => decode(request, call), decodeCoordinated: decode };
}

function namingOf(order: { orderId: string; requestId: string; userId: string }): Naming {
  const { orderId, requestId, userId } = order;
  if (orderId !== "") return { kind: "named", orderId };
  if (requestId !== "") return { kind: "repeatable", userId, requestId };
  return { kind: "once", orderId: randomUUIDv7() };
}

function firstIndexes(itemIds: readonly string[]): Map<string, number> {
  const indexes = new Map<string, number>();
  itemIds.forEach((itemId, index) => {
    if (!indexes.has(itemId)) indexes.set(itemId, index);
  });
  return indexes;
}
