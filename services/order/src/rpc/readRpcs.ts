import type { BatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { GetOrderResponse, OrderServiceImplementation } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { isOwn, ownFilter } from "@waybill/identity";
import { coalesced, defaultRetryDelayMs, refuse, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import type { ListRequest, OrderPage } from "../app/listOrders.ts";
import type { ViewRequest, ViewResult } from "../app/readOrderViews.ts";
import { orderNotFound } from "../app/refusals.ts";
import { contentMessage, orderMessage } from "./mapping.ts";
import { withinOneMessage } from "./withinOneMessage.ts";

/** What the readers' handlers call. */
export interface ReadApp {
  readonly views: BatchingPoint<ViewRequest, ViewResult>;
  listOrders(request: ListRequest): Promise<OrderPage>;
}

const viewRule = z.object({ orderId: rules.id, contentOnly: z.boolean() });

/** Status lists the orders and checks the page token; the rest is checked here, in order's own terms. */
const listRule = z.object({
  userId: rules.optionalId,
  state: rules.oneOf(Object.values(OrderState), "must be a state of an order, or absent"),
  placedAfter: rules.optionalTime,
  placedBefore: rules.optionalTime,
  pageSize: rules.pageSize,
  pageToken: rules.pageToken,
});

/** GetOrder, its batch and ListOrders. */
export function readRpcs(
  app: ReadApp,
  logger: Logger,
): Pick<OrderServiceImplementation, "getOrder" | "batchGetOrders" | "listOrders"> {
  const get = coalesced({
    point: app.views,
    logger,
    decode: (request: ViewRequest) => validate(viewRule, request),
    encode: viewResponse,
  });
  return {
    getOrder: ({ orderId }, context) => get.one({ orderId, contentOnly: false }, context),
    batchGetOrders: async ({ orderIds, contentOnly }, context) => {
      const results = await get.many(
        orderIds.map((orderId) => ({ orderId, contentOnly })),
        context,
        "order_ids",
      );
      const fitting = withinOneMessage(results, () => tooMuchForOneAnswer);
      return { results: fitting.map((result) => ({ result: toResult(result) })) };
    },
    listOrders: async (request) => {
      const { views, nextPageToken } = await app.listOrders({
        ...validate(listRule, request),
        userId: ownFilter(request.userId),
      });
      return { orders: views.map(orderMessage), nextPageToken };
    },
  };
}

const tooMuchForOneAnswer = refuse.resourceExhausted(
  ErrorReason.OVERLOADED,
  "The orders of this batch are too large for one answer. Ask for this one again, with fewer.",
  defaultRetryDelayMs,
);

function viewResponse(result: ViewResult, request: ViewRequest): GetOrderResponse {
  if (result.kind === "unknown") throw orderNotFound(request.orderId);
  if (result.kind === "refused") throw result.refusal;
  const { view } = result;
  if (!isOwn(view.order.content.userId)) throw orderNotFound(request.orderId);
  return { order: request.contentOnly ? contentMessage(view.order) : orderMessage(view) };
}
