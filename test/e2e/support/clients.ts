import { createLogger } from "@waybill/chassis";
import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import { createClient } from "@waybill/rpc";
import { operatorToken, type ServiceName, type Stack, stackIssuer } from "@waybill/stack";

/** Longer than a service needs to be started again. */
const timeoutMs = 20_000;

/** What a client of the stack calls, as a service (the workflow's lists as an admin): every RPC, of all replicas in turn. */
export type Clients = ReturnType<typeof connectClients>;

export function connectClients(stack: Stack) {
  const logger = createLogger("test", { level: "silent", format: "json" });
  const configOf = (callee: ServiceName) => ({
    callee,
    address: stack.addresses(callee),
    logger,
    timeoutMs,
    attemptTimeoutMs: timeoutMs,
    token: operatorToken(stack.dataDir, "test"),
  });
  const adminToken = async () => (await stackIssuer(stack.dataDir)).userToken("admin", ["admin"]);
  const clients = {
    order: createClient(OrderServiceDefinition, configOf("order")),
    status: createClient(StatusServiceDefinition, configOf("status")),
    item: createClient(ItemServiceDefinition, configOf("item")),
    payment: createClient(PaymentServiceDefinition, configOf("payment")),
    user: createClient(UserServiceDefinition, configOf("user")),
    workflow: createClient(WorkflowServiceDefinition, {
      ...configOf("workflow"),
      token: adminToken,
    }),
    shipping: createClient(ShippingServiceDefinition, configOf("shipping")),
    delivery: createClient(DeliveryServiceDefinition, configOf("delivery")),
  };
  const dispose = async () => {
    await Promise.all(Object.values(clients).map((client) => client[Symbol.asyncDispose]()));
  };
  return { ...clients, [Symbol.asyncDispose]: dispose };
}
