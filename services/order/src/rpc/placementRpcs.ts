import type { BatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type {
  CreateOrderRequest,
  CreateOrderResponse,
  Order,
  OrderServiceImplementation,
  TryOrderResponse,
} from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { ownUserId } from "@waybill/identity";
import { coalesced, Refusal, refuse, rules, Status, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import type { Placement, PlacementResult } from "../app/placement.ts";
import { cancelled } from "../app/refusals.ts";
import { orderMessage } from "./mapping.ts";
import type { Expiry, PlacementDecoder } from "./requests.ts";
import { withinOneMessage } from "./withinOneMessage.ts";

/** How long an outside coordinator has for its decision. Unit: ms. */
const defaultExpiryMs = 15 * 60_000;
const maxExpiryMs = 24 * 60 * 60_000;

/** When TryOrder should be repeated. Unit: ms. */
const tryAgainAfterMs = 200;

const tryRule = z.object({
  order: z
    .looseObject({ requestId: z.string(), orderId: z.string() }, "must be given")
    .refine(({ requestId, orderId }) => requestId !== "" || orderId !== "", {
      path: ["orderId"],
      message: "must be given, or request_id, so that TryOrder can be repeated",
    }),
  expiresAt: rules.optionalTime,
});

/** CreateOrder, its batch and TryOrder: all through one batching point. */
export function placementRpcs(
  placements: BatchingPoint<Placement, PlacementResult>,
  decoder: PlacementDecoder,
  logger: Logger,
): Pick<OrderServiceImplementation, "createOrder" | "batchCreateOrders" | "tryOrder"> {
  const create = coalesced({
    point: placements,
    logger,
    decode: (request: CreateOrderRequest, call) =>
      decoder.decode({ ...request, userId: ownUserId(request.userId) }, call),
    encode: createResponse,
  });
  return {
    createOrder: create.one,
    batchCreateOrders: async ({ requests }, context) => {
      const results = withinOneMessage(await create.many(requests, context), placedAllTheSame);
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
    tryOrder: async (request, context) => {
      validate(tryRule, request);
      const { order } = request;
      if (order === undefined) throw refuse.invalidField("order", "must be given");
      const expiry = expiryOf(request.expiresAt, new Date());
      const placement = decodeWithin(() => decoder.decodeCoordinated(order, context, expiry));
      return triedResponse(await placements.submit(placement, { signal: context.signal }));
    },
  };
}

/** The refusal to answer an order that was placed, since the orders of its batch are too large for one answer. Not OVERLOADED, which says that nothing was done. */
const placedAllTheSame = ({ orderId }: Order): Refusal =>
  new Refusal(
    Status.RESOURCE_EXHAUSTED,
    ErrorReason.UNSPECIFIED,
    `Order ${orderId} is placed, but the orders of this batch are too large for one answer. Get it by its id.`,
    { metadata: { order_id: orderId } },
  );

/** A time that has passed is only wrong for a new order: the coordinator may repeat its request for ever. */
function expiryOf(asked: Date | undefined, now: Date): Expiry {
  if (asked === undefined) {
    return { at: new Date(now.getTime() + defaultExpiryMs), refusal: undefined };
  }
  const inMs = asked.getTime() - now.getTime();
  const isPossible = inMs > 0 && inMs <= maxExpiryMs;
  const rule = "must be in the future, at most 24 hours from now";
  return { at: asked, refusal: isPossible ? undefined : refuse.invalidField("expires_at", rule) };
}

/** A refusal names the fields of an order, which in TryOrder's request is the field `order`. */
function withinOrder({ code, reason, message, metadata, violations }: Refusal): Refusal {
  return new Refusal(code, reason, message, {
    metadata,
    violations: violations.map((one) => ({ ...one, field: `order.${one.field}` })),
  });
}

function decodeWithin(decode: () => Placement): Placement {
  try {
    return decode();
  } catch (error) {
    throw error instanceof Refusal ? withinOrder(error) : error;
  }
}

function createResponse(result: PlacementResult): CreateOrderResponse {
  if (result.kind === "refused") throw result.refusal;
  return { order: orderMessage(result.view), replayed: result.replayed };
}

function triedResponse(result: PlacementResult): TryOrderResponse {
  if (result.kind === "refused") {
    const { refusal } = result;
    throw refusal.reason === ErrorReason.ITEM_NOT_FOUND ? withinOrder(refusal) : refusal;
  }
  const { order, status } = result.view;
  if (status?.state === OrderState.CANCELLED) throw cancelled(order.orderId, status.reason);
  if (status?.tried) return { order: orderMessage(result.view) };
  throw refuse.unavailable(
    ErrorReason.TRY_PENDING,
    `Order ${order.orderId} is not secured yet. Repeat the request.`,
    tryAgainAfterMs,
    { order_id: order.orderId },
  );
}
