import type { BatchingPoint } from "@waybill/batching";
import { traceparentOf } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type {
  CreateOrderRequest,
  CreateOrderResponse,
  OrderServiceImplementation,
  TryOrderResponse,
} from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { ownUserId } from "@waybill/identity";
import { coalesced, refuse, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import { cancelled } from "../app/decideOrder.ts";
import type { Placement, PlacementResult } from "../app/placement.ts";
import { orderMessage } from "./mapping.ts";
import type { PlacementDecoder } from "./requests.ts";

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
): Pick<OrderServiceImplementation, "createOrder" | "batchCreateOrders" | "tryOrder"> {
  const create = coalesced({
    point: placements,
    decode: (request: CreateOrderRequest) =>
      decoder.decode({ ...request, userId: ownUserId(request.userId) }, traceparentOf()),
    encode: createResponse,
  });
  return {
    createOrder: create.one,
    batchCreateOrders: async ({ requests }, context) => {
      const results = await create.many(requests, context);
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
    tryOrder: async (request, context) => {
      validate(tryRule, request);
      const { order } = request;
      if (order === undefined) throw refuse.invalidField("order", "must be given");
      const expiresAt = expiryOf(request.expiresAt, new Date());
      const placement = decoder.decodeCoordinated(order, traceparentOf(), expiresAt);
      return triedResponse(await placements.submit(placement, { signal: context.signal }));
    },
  };
}

function expiryOf(asked: Date | undefined, now: Date): Date {
  if (asked === undefined) return new Date(now.getTime() + defaultExpiryMs);
  const inMs = asked.getTime() - now.getTime();
  if (inMs > 0 && inMs <= maxExpiryMs) return asked;
  throw refuse.invalidField("expires_at", "must be in the future, at most 24 hours from now");
}

function createResponse(result: PlacementResult): CreateOrderResponse {
  if (result.kind === "refused") throw result.refusal;
  return { order: orderMessage(result.view), replayed: result.replayed };
}

function triedResponse(result: PlacementResult): TryOrderResponse {
  if (result.kind === "refused") throw result.refusal;
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
