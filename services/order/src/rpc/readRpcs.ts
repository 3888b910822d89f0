import type { BatchingPoint } from "@waybill/batching";
import type { GetOrderResponse, OrderServiceImplementation } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { isOwn, ownFilter } from "@waybill/identity";
import { coalesced, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import { orderNotFound } from "../app/decideOrder.ts";
import type { ListRequest } from "../app/listOrders.ts";
import type { OrderView } from "../app/orderView.ts";
import type { ViewRequest } from "../app/readOrderViews.ts";
import { contentMessage, orderMessage } from "./mapping.ts";

/** What the readers' handlers call. */
export interface ReadApp {
  readonly views: BatchingPoint<ViewRequest, OrderView | undefined>;
  listOrders(request: ListRequest): Promise<{
    readonly views: readonly OrderView[];
    readonly nextPageToken: string;
  }>;
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
): Pick<OrderServiceImplementation, "getOrder" | "batchGetOrders" | "listOrders"> {
  const get = coalesced({
    point: app.views,
    decode: (request: ViewRequest) => validate(viewRule, request),
    encode: viewResponse,
  });
  return {
    getOrder: ({ orderId }, context) => get.one({ orderId, contentOnly: false }, context),
    batchGetOrders: async ({ orderIds, contentOnly }, context) => {
      const results = await get.many(
        orderIds.map((orderId) => ({ orderId, contentOnly })),
        context,
      );
      return { results: results.map((result) => ({ result: toResult(result) })) };
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

function viewResponse(view: OrderView | undefined, request: ViewRequest): GetOrderResponse {
  if (view === undefined || !isOwn(view.order.content.userId)) throw orderNotFound(request.orderId);
  return { order: request.contentOnly ? contentMessage(view.order) : orderMessage(view) };
}
