import type { BatchCreateOrdersRequest, CreateOrderRequest } from "./gen/waybill/order/v1/index.ts";
import type { CreateUserRequest } from "./gen/waybill/user/v1/index.ts";

type Named<Request, Fields extends keyof Request> = Partial<Pick<Request, Fields>>;

const namesOrder = ({ requestId, orderId }: Named<CreateOrderRequest, "requestId" | "orderId">) =>
  Boolean(requestId || orderId);

/**
 * RPCs that can be repeated with some requests only: those that name what they make. So the contract gives these RPCs no idempotency_level,
 * and here is how to tell, by `<service>/<method>`.
 */
const repeatableWhenNamed = {
  "waybill.order.v1.OrderService/CreateOrder": namesOrder,
  "waybill.order.v1.OrderService/BatchCreateOrders": ({
    requests = [],
  }: Named<BatchCreateOrdersRequest, "requests">) => requests.every(namesOrder),
  "waybill.user.v1.UserService/CreateUser": ({ userId }: Named<CreateUserRequest, "userId">) =>
    Boolean(userId),
} as const;

/** Whether a request can be repeated, of each of these RPCs. All others are repeatable by their idempotency_level, or never. */
export const repeatable: ReadonlyMap<string, (request: never) => boolean> = new Map(
  Object.entries(repeatableWhenNamed),
);
