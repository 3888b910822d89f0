/**
 * Places an order and follows it until it ends, with nothing but the generated client and grpc-js:
 * node order.ts <order service> <status service> <user id>; the user's token is in WAYBILL_TOKEN.
 */
import { promisify } from "node:util";
import { credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  CreateOrderRequest,
  type CreateOrderResponse,
  OrderServiceClient,
} from "./gen/waybill/order/v1/order_service.ts";
import { type OrderState, orderStateToJSON } from "./gen/waybill/status/v1/status.ts";
import {
  StatusServiceClient,
  WatchStatusesRequest,
} from "./gen/waybill/status/v1/status_service.ts";

const [orderAddress = "", statusAddress = "", userId = ""] = process.argv.slice(2);
const metadata = new Metadata();
metadata.set("authorization", `Bearer ${process.env.WAYBILL_TOKEN}`);

const orders = new OrderServiceClient(orderAddress, credentials.createInsecure());
const statuses = new StatusServiceClient(statusAddress, credentials.createInsecure());

const patienceMs = 5_000;
const attempts = 5;

/** The request id makes it repeatable: sent again after a lost answer, it is the same order. */
async function place(requestId: string): Promise<CreateOrderResponse> {
  const request = CreateOrderRequest.fromPartial({
    requestId,
    userId,
    lines: [{ itemId: "tea-green", quantity: 2 }],
    paymentMethod: "pm_ok",
  });
  const createOrder = promisify(
    (deadline: number, done: (error: ServiceError | null, value?: CreateOrderResponse) => void) =>
      orders.createOrder(request, metadata, { deadline }, done),
  );
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await createOrder(Date.now() + patienceMs);
      if (response !== undefined) return response;
    } catch (error) {
      const { code } = error as ServiceError;
      const mayHelp = code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED;
      if (!mayHelp || attempt === attempts) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 100));
  }
}

const { order } = await place(`example-${process.pid}-${Date.now()}`);
if (order === undefined) throw new Error("The answer has no order");
const { total } = order;
console.log(`placed ${order.orderId}: ${total?.minorUnits} minor units of ${total?.currency}`);

const watch = statuses.watchStatuses(
  WatchStatusesRequest.fromPartial({ orderId: order.orderId }),
  metadata,
);
for await (const { transition } of watch) {
  const state = orderStateToJSON(transition.to as OrderState).replace("ORDER_STATE_", "");
  console.log(`${transition.occurredAt?.toISOString()} ${state}`);
}
orders.close();
statuses.close();
