import { createLogger, sleep } from "@waybill/chassis";
import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { ActorKind } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { type Client, createClient } from "@waybill/rpc";
import { operatorToken, type ServiceName, type Stack } from "@waybill/stack";
import type { Known } from "../inputs/fields.ts";
import { forgedPageTokens } from "../inputs/pageTokens.ts";

const userIds = ["alice", "bob"];
const itemIds = ["tea", "cup", "pot"];
const orderIds = ["of-alice", "of-bob", "declined", "cancelled"];
const passwordOf = (userId: string): string => `the password of ${userId}`;
const emailOf = (userId: string): string => `${userId}@example.org`;

/** Enough for every input, and room for more. */
const PLENTY = 500_000_000n;

/** Unit: seconds. */
const HALF_A_DAY = 43_200;
const DELIVERED_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** Whom the stage is furnished through, and asked whether it still serves. */
export interface Clients extends AsyncDisposable {
  readonly users: Client<typeof UserServiceDefinition>;
  readonly items: Client<typeof ItemServiceDefinition>;
  readonly orders: Client<typeof OrderServiceDefinition>;
  readonly deliveries: Client<typeof DeliveryServiceDefinition>;
}

/** With the standard policies, as a service. */
export function connectClients(stack: Stack): Clients {
  const logger = createLogger("fuzz", { level: "silent", format: "json" });
  const token = operatorToken(stack.dataDir, "fuzz");
  const config = (callee: ServiceName) => ({
    callee,
    address: stack.address(callee),
    logger,
    token,
  });
  const clients = {
    users: createClient(UserServiceDefinition, config("user")),
    items: createClient(ItemServiceDefinition, config("item")),
    orders: createClient(OrderServiceDefinition, config("order")),
    deliveries: createClient(DeliveryServiceDefinition, config("delivery")),
  };
  return {
    ...clients,
    [Symbol.asyncDispose]: async () => {
      for (const client of Object.values(clients)) await client[Symbol.asyncDispose]();
    },
  };
}

/** Puts users, items and orders into the stack, so that inputs can name what is there. */
export async function furnish(stack: Stack): Promise<Known> {
  await using clients = connectClients(stack);
  const { users, items, orders } = clients;
  for (const userId of userIds)
    await users.createUser({
      userId,
      name: userId,
      email: emailOf(userId),
      password: passwordOf(userId),
    });
  for (const itemId of itemIds) await stock(clients, itemId);
  await orders.createOrder(orderOf("of-alice", "alice"));
  await orders.createOrder(orderOf("of-bob", "bob"));
  await orders.createOrder({ ...orderOf("declined", "alice"), paymentMethod: "pm_declined" });
  await orders.createOrder(orderOf("cancelled", "bob"));
  await orders.cancelOrder({ orderId: "cancelled", actor: { kind: ActorKind.ADMIN, id: "root" } });
  const login = await users.authenticate({ email: emailOf("bob"), password: passwordOf("bob") });
  const page = await items.listItems({ pageSize: 1 });
  await untilDelivered(clients, "of-alice");
  return {
    ...{ userIds, itemIds, orderIds },
    soon: BigInt(Math.floor(Date.now() / 1_000) + HALF_A_DAY),
    deadLetterIds: ["1", "orders.1", "none"],
    emails: userIds.map(emailOf),
    passwords: userIds.map(passwordOf),
    refreshTokens: [login.tokens?.refreshToken ?? ""],
    positions: [Buffer.from("0.0").toString("base64url")],
    pageTokens: [page.nextPageToken, ...forgedPageTokens(userIds)],
  };
}

/** Adds an item of 2.50 EUR, of which there is plenty. */
export async function stock({ items }: Clients, itemId: string): Promise<void> {
  const unitPrice = { minorUnits: 250n, currency: "EUR" };
  await items.createItem({ itemId, name: itemId, unitPrice, onHand: PLENTY });
}

export const orderOf = (orderId: string, userId: string, itemId = "tea") => ({
  ...{ orderId, userId, paymentMethod: "pm_ok" },
  lines: [{ itemId, quantity: 1, name: "", unitPrice: undefined }],
});

/** Rejects when that takes too long. */
export async function untilDelivered({ deliveries }: Clients, orderId: string): Promise<void> {
  const deadline = performance.now() + DELIVERED_WITHIN_MS;
  while (true) {
    try {
      await deliveries.getDelivery({ orderId });
      return;
    } catch (error) {
      if (performance.now() > deadline)
        throw new Error(`Order ${orderId} is not on its way after ${DELIVERED_WITHIN_MS} ms`, {
          cause: error,
        });
    }
    await sleep(POLL_MS);
  }
}
