import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@waybill/stack";
import { serviceNames } from "@waybill/stack";
import { expectBalancedBooks, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { openShop, whileOrdersFlow } from "./support/shop.ts";
import { startTestStack } from "./support/stack.ts";

describe("whatever is killed while orders flow, every accepted order ends as it should", () => {
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    stack = await startTestStack();
    clients = connectClients(stack);
    await openShop(clients);
  });

  after(async () => {
    await clients[Symbol.asyncDispose]();
    await stack.stop();
  });

  const survives = async (name: string, fault: () => Promise<void>) => {
    const orders = await whileOrdersFlow(clients, name, fault);
    await untilTerminal(stack, orders);
    await expectBalancedBooks(stack, orders);
  };

  for (const part of [...serviceNames, "nats", "postgres"] as const) {
    it(`${part}, by SIGKILL`, () =>
      survives(part, async () => {
        await stack.kill(part, "SIGKILL");
        await stack.untilReady(part);
      }));
  }

  it("NATS, with JetStream's store deleted while it is down", () =>
    survives("store", async () => {
      await stack.halt("nats");
      rmSync(join(stack.dataDir, "nats/jetstream"), { recursive: true });
      await stack.resume("nats");
    }));
});
