import { setTimeout as delay } from "node:timers/promises";
import type { CreateOrderRequest } from "@waybill/contracts/order";
import type { Stack } from "@waybill/stack";
import { untilTerminal } from "../e2e/support/books.ts";
import { passwordOf } from "../e2e/support/browser.ts";
import type { Clients } from "../e2e/support/clients.ts";
import { eventually } from "../e2e/support/eventually.ts";
import { openJetStream } from "../e2e/support/jetStream.ts";
import { line } from "../e2e/support/shop.ts";

const baskets = [
  [line("coffee-filter", 2), line("mug", 1)],
  [line("tea-green", 1), line("honey", 1)],
  [line("shortbread", 3)],
  [line("grinder", 1), line("coffee-espresso", 2)],
  [line("teapot", 1), line("tea-black", 2)],
];

let placed = 0;

/** Somebody who has ordered a few things. */
export const Mara = {
  email: "mara@example.org",
  password: passwordOf("Mara"),
  order: (paymentMethod = "pm_ok", userId = "mara"): Partial<CreateOrderRequest> => {
    placed += 1;
    const lines = baskets[placed % baskets.length] ?? [];
    return { requestId: `story-${placed}`, userId, paymentMethod, lines };
  },
};

const methods = ["pm_ok", "pm_ok", "pm_flaky", "pm_ok", "pm_declined", "pm_slow", "pm_ok"];

/** Mara's account, her orders in several states, and an item that is sold out. */
export async function fillShop(stack: Stack, clients: Clients): Promise<void> {
  const { email, password } = Mara;
  await clients.user.createUser({ userId: "mara", name: "Mara", email, password });
  const orders = await Promise.all([
    ...methods.map((method) => clients.order.createOrder(Mara.order(method))),
    clients.order.createOrder({
      requestId: "samovar",
      userId: "mara",
      paymentMethod: "pm_ok",
      lines: [line("samovar", 1)],
    }),
  ]);
  await untilTerminal(
    stack,
    orders.map(({ order }) => order?.orderId ?? ""),
  );
}

const pauseMs = 150;

/** Orders flow until they are stopped. */
export function trickle(clients: Clients): { stop(): Promise<void> } {
  let flowing = true;
  const flow = async () => {
    while (flowing) {
      const method = methods[placed % methods.length];
      await clients.order.createOrder(Mara.order(method, placed % 3 === 0 ? "bob" : "alice"));
      await delay(pauseMs);
    }
  };
  const done = flow();
  return {
    stop: () => {
      flowing = false;
      return done;
    },
  };
}

/** Payment is away, so that orders are stuck; and somebody has published what nobody understands. */
export async function somethingGoesWrong(stack: Stack, clients: Clients): Promise<void> {
  await stack.crash("payment");
  for (let order = 0; order < 2; order++) await clients.order.createOrder(Mara.order());
  await using jetStream = await openJetStream(stack);
  await jetStream.publish("orders.v1.placed.from-elsewhere", Buffer.from("not an event"));
  await eventually("orders are stuck, and messages dead", async () => {
    const { processes } = await clients.workflow.listProcesses({ state: 2 });
    const { deadLetters } = await clients.workflow.listDeadLetters({});
    return processes.length > 0 && deadLetters.length > 0;
  });
}
