import { createLogger } from "@waybill/chassis";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { type Client, createClient } from "@waybill/rpc";
import { operatorToken, type ServiceName, type Stack } from "@waybill/stack";

/** The services that the load calls, each with the standard policies of a client. */
export interface Clients extends AsyncDisposable {
  readonly orders: Client<typeof OrderServiceDefinition>;
  readonly items: Client<typeof ItemServiceDefinition>;
  readonly users: Client<typeof UserServiceDefinition>;
}

export function connectClients(stack: Stack): Clients {
  const logger = createLogger("faults", { level: "silent", format: "json" });
  const config = (callee: ServiceName) => ({
    callee,
    address: stack.addresses(callee),
    logger,
    token: operatorToken(stack.dataDir, "faults"),
  });
  const clients = {
    orders: createClient(OrderServiceDefinition, config("order")),
    items: createClient(ItemServiceDefinition, config("item")),
    users: createClient(UserServiceDefinition, config("user")),
  };
  return {
    ...clients,
    [Symbol.asyncDispose]: async () => {
      for (const client of Object.values(clients)) await client[Symbol.asyncDispose]();
    },
  };
}
