import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type ServiceName, type Stack, serviceNames } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { type KeptExports, keepExports } from "./support/keptExports.ts";
import { openShop, placeMany, request, whileOrdersFlow } from "./support/shop.ts";
import { startTestStack } from "./support/stack.ts";

/** Those that every order needs; customers are remembered. */
const busy = ["order", "status", "item", "payment", "workflow", "shipping", "delivery"] as const;

const pauseMs = 30;

describe("two replicas of every service", () => {
  let receiver: KeptExports;
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    receiver = await keepExports();
    const env = { DATABASE_POOL_SIZE: "4", ...receiver.env };
    stack = await startTestStack({ replicas: 2, env });
    clients = connectClients(stack);
    await openShop(clients);
  });

  after(async () => {
    await clients[Symbol.asyncDispose]();
    await stack.stop();
    await receiver[Symbol.asyncDispose]();
  });

  /** Spans tell which process has worked, on a single order or on a batch. */
  const workersOf = (service: ServiceName) => {
    const worked = receiver.spans.filter((span) => span.service === service);
    return new Set(worked.map(({ pid }) => pid));
  };

  it("share the work on 300 orders", async () => {
    const orders = await placeMany(clients, "shared", 300);
    expect(await untilTerminal(stack, orders)).to.deep.equal({ delivered: 300, cancelled: 0 });
    await expectBalancedBooks(stack, orders);
    for (const service of busy) {
      const both = [stack.pid(service, 0), stack.pid(service, 1)];
      await eventually(`spans of both replicas of ${service}`, () =>
        both.every((pid) => workersOf(service).has(pid ?? 0)),
      );
    }
  });

  it("one of each is killed while orders flow", async () => {
    const orders = await whileOrdersFlow(clients, "halved", async () => {
      await Promise.all(busy.map((service) => stack.kill(service, "SIGKILL", 1)));
      await Promise.all(busy.map((service) => stack.untilReady(service, 1)));
    });
    await untilTerminal(stack, orders);
    await expectBalancedBooks(stack, orders);
  });

  it("one of each is restarted while orders flow, and no client notices", async () => {
    const orders: string[] = [];
    let isOver = false;
    const buy = async () => {
      while (!isOver) {
        // Not repeated but by the client's own policy, which repeats what names itself.
        const { order } = await clients.order.createOrder(request({ requestId: randomUUID() }));
        expect(order?.total).not.to.equal(undefined);
        orders.push(order?.orderId ?? "");
        await delay(pauseMs);
      }
    };
    const bought = Promise.all([buy(), buy(), buy()]);
    const restarted = Promise.all(serviceNames.map((service) => stack.restart(service, 0)));
    await Promise.race([restarted, bought]);
    isOver = true;
    await bought;
    expect(await untilTerminal(stack, orders)).to.deep.include({ cancelled: 0 });
    await expectBalancedBooks(stack, orders);
  });
});
