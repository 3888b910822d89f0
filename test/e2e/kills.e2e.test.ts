import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "@waybill/stack";
import { serviceNames, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { openShop, request, whileOrdersFlow } from "./support/shop.ts";
import { query } from "./support/sql.ts";
import { startTestStack } from "./support/stack.ts";
import { type Watcher, watchAllOrders } from "./support/watcher.ts";

/** Longer than HOLD_EXPIRY, and than an attempt of a call. */
const pausedMs = 2_500;
const staggerMs = 250;

describe("whatever is killed while orders flow, every accepted order ends as it should", () => {
  let stack: Stack;
  let clients: Clients;
  let watcher: Watcher;

  before(async () => {
    stack = await startTestStack({ env: { CANCELLATION_WINDOW: "200ms" } });
    clients = connectClients(stack);
    await openShop(clients);
    watcher = watchAllOrders(clients);
    await watcher.begun;
  });

  after(async () => {
    await watcher[Symbol.asyncDispose]();
    await clients[Symbol.asyncDispose]();
    await stack.stop();
  });

  const survives = async (name: string, fault: () => Promise<void>) => {
    const orders = await whileOrdersFlow(clients, name, fault);
    await untilTerminal(stack, orders);
    await expectBalancedBooks(stack, orders);
  };

  const killed = async (part: Parameters<Stack["kill"]>[0]) => {
    await stack.kill(part, "SIGKILL");
    await stack.untilReady(part);
  };

  it("each service in turn, by SIGKILL", () =>
    survives("services", async () => {
      for (const service of serviceNames) await killed(service);
    }));

  for (const server of ["nats", "postgres"] as const) {
    it(`${server}, by SIGKILL`, () => survives(server, () => killed(server)));
  }

  it("who watches all orders has seen every transition once", async () => {
    const journal = await query<{ order_id: string; versions: number[] }>(
      stack,
      "status",
      "select order_id, array_agg(version order by version) as versions from transitions group by order_id",
    );
    const differing = () =>
      journal.filter(({ order_id, versions }) => {
        const seen = [...(watcher.seen.get(order_id) ?? [])].sort();
        return seen.join() !== versions.join();
      });
    await eventually("all are seen", () => differing().length === 0, 5_000).catch(() => {});
    expect(differing()).to.deep.equal([]);
    await watcher[Symbol.asyncDispose](); // With the stream its positions go.
  });

  it("NATS, with JetStream's store deleted while it is down", () =>
    survives("store", async () => {
      await stack.halt("nats");
      rmSync(join(stack.dataDir, "nats/jetstream"), { recursive: true });
      await stack.resume("nats");
    }));

  it("all services and NATS, paused one after the other, for longer than holds last", () =>
    survives("paused", async () => {
      const pause = async (part: (typeof serviceNames)[number] | "nats") => {
        await stack.kill(part, "SIGSTOP");
        await delay(pausedMs);
        await stack.kill(part, "SIGCONT");
      };
      const pauses: Promise<void>[] = [];
      for (const part of [...serviceNames, "nats"] as const) {
        pauses.push(pause(part));
        await delay(staggerMs);
      }
      await Promise.all(pauses);
    }));

  it("everything at once, as a power cut does; then it is started again", async () => {
    const dataDir = testFolder("power-cut");
    const accepted: string[] = [];
    {
      await using first = await startTestStack({ dataDir, ephemeral: false });
      await using buyers = connectClients(first);
      await openShop(buyers);
      const bought = Array.from({ length: 200 }, async () => {
        const { order } = await buyers.order.createOrder(request());
        if (order !== undefined) accepted.push(order.orderId);
      });
      await eventually("some are accepted", () => accepted.length > 0);
      await first.destroy();
      await Promise.allSettled(bought);
    }
    await using second = await startTestStack({ dataDir, ephemeral: false });
    await untilTerminal(second, accepted);
    await expectBalancedBooks(second, accepted);
  });
});
