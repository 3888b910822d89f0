import { createLogger } from "@waybill/chassis";
import { type ItemServiceClient, ItemServiceDefinition } from "@waybill/contracts/item";
import { type OrderServiceClient, OrderServiceDefinition } from "@waybill/contracts/order";
import { type StatusServiceClient, StatusServiceDefinition } from "@waybill/contracts/status";
import { type UserServiceClient, UserServiceDefinition } from "@waybill/contracts/user";
import { type Client, createClient } from "@waybill/rpc";
import type { ServiceName } from "@waybill/stack";
import { persistently } from "./persistently.ts";
import type { Place } from "./place.ts";

/** The services of a running stack, as a customer sees them. */
export interface Shop extends AsyncDisposable {
  readonly orders: Client<typeof OrderServiceDefinition>;
  readonly statuses: Client<typeof StatusServiceDefinition>;
  readonly items: Client<typeof ItemServiceDefinition>;
  readonly users: Client<typeof UserServiceDefinition>;
  /** host:port of a service, for what to try next. */
  readonly addressOf: (service: ServiceName) => string;
}

/** What the order, status, item and user services of a shop are, to those who need only their methods. */
export type Orders = Pick<OrderServiceClient, "createOrder" | "cancelOrder">;
export type Statuses = Pick<StatusServiceClient, "watchStatuses" | "batchGetStatuses">;
export type Catalogue = Pick<ItemServiceClient, "createItem">;
export type Accounts = Pick<UserServiceClient, "createUser">;

/** How long an order may take to be answered while services are being started again. */
const limits = { timeoutMs: 20_000, attemptTimeoutMs: 10_000, attempts: 1 } as const;

/** Opens the shop of a place. `concurrency` is how many calls may be under way. */
export function openShop({ addresses, token }: Place, concurrency: number): Shop {
  // What is worth telling, the demo tells itself; a breaker that opens and closes is not.
  const logger = createLogger("demo", { level: "silent", format: "json" });
  const bulkhead = { concurrent: 2 * concurrency, queued: 2 * concurrency };
  const config = (callee: ServiceName) => ({
    ...{ callee, address: addresses[callee].join(","), logger, bulkhead, token },
    ...limits,
  });
  const clients = {
    orders: createClient(OrderServiceDefinition, config("order")),
    statuses: createClient(StatusServiceDefinition, config("status")),
    items: createClient(ItemServiceDefinition, config("item")),
    users: createClient(UserServiceDefinition, config("user")),
  };
  return {
    ...clients,
    addressOf: (service) => addresses[service][0] ?? "",
    [Symbol.asyncDispose]: async () => {
      for (const client of Object.values(clients)) await client[Symbol.asyncDispose]();
    },
  };
}

/** The contracts' limit: no ordinary order is refused for want of stock. */
const PLENTY = 1_000_000_000n;

const item = (itemId: string, name: string, cents: bigint, onHand = PLENTY) => ({
  itemId,
  name,
  unitPrice: { minorUnits: cents, currency: "EUR" },
  onHand,
});

/** What the demo sells: in plenty, but for the last one. */
export const wares = [
  item("demo-assam", "Assam, 250 g", 1_290n),
  item("demo-sencha", "Sencha, 100 g", 1_490n),
  item("demo-strainer", "Tea strainer", 890n),
  item("demo-cup", "Porcelain cup", 1_690n),
  item("demo-kettle", "Kettle, 1 l", 4_990n),
] as const;

export const rarity = item("demo-last-teapot", "The last teapot of its kind", 24_900n, 1n);

export const customers = ["demo-ada", "demo-grace", "demo-edsger", "demo-barbara"] as const;

/** Puts the demo's wares and customers into the shop; what is there already stays. */
export async function furnish(users: Accounts, items: Catalogue): Promise<void> {
  const shelves = [...wares, rarity].map((ware) => persistently(() => items.createItem(ware)));
  const accounts = customers.map((userId) => {
    const name = userId.replace("demo-", "");
    return persistently(() => users.createUser({ userId, name, email: `${userId}@example.com` }));
  });
  await Promise.all([...shelves, ...accounts]);
}
