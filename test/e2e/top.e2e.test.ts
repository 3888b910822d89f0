import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { connect, type JetStreamManager, type NatsConnection } from "nats";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { openShop, place } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";
import { type } from "./support/terminal.ts";

const pausedForMs = 60_000;
/** Orders that are placed at the same time. */
const lanes = 2;

describe("npm run top", () => {
  let stack: Stack;
  let clients: Clients;
  let nats: NatsConnection;
  let manager: JetStreamManager;

  before(async () => {
    stack = await commonStack();
    clients = connectClients(stack);
    nats = await connect({ servers: stack.natsUrl });
    manager = await nats.jetstreamManager();
    await openShop(clients);
  });

  after(async () => {
    await manager.consumers.resume("ORDERS", "notification");
    await stack.resume("shipping");
    await nats.close();
    await clients[Symbol.asyncDispose]();
  });

  const top = async () => {
    const command = type(
      `exec node packages/insight/src/topCli.ts --once --data-dir ${stack.dataDir}`,
    );
    expect(await command.ended, command.complaints).to.equal(0);
    return command.printed;
  };

  it("names a stopped service, a paused consumer and a slow provider", async () => {
    expect(await top()).to.match(/\d\d:\d\d:\d\d {2}10 of 10 processes serve/);
    await stack.halt("shipping");
    await manager.consumers.pause("ORDERS", "notification", new Date(Date.now() + pausedForMs));
    using orders = keepPlacing(clients);
    let printed = "";
    await eventually("all three are named", async () => {
      printed = await top();
      const named = ["nobody reads", "is paused; ", "provider is slow"];
      return named.every((text) => printed.includes(text));
    }).catch(() => {}); // What is missing is told by what follows.
    expect(orders.failure).to.equal(undefined);
    if (process.env.E2E_DATA_DIR !== undefined) console.log(printed);
    expect(printed).to.include("9 of 10 processes serve");
    expect(printed).to.include("✗ shipping is down: it has no process");
    expect(printed).to.match(/✗ consumer shipping of ORDERS: nobody reads; \d+ events? wait, /);
    expect(printed).to.match(/✗ consumer notification of ORDERS is paused; \d+ events? wait, /);
    expect(printed).to.match(/✗ the payment provider is slow: authorize takes \d\.\d s \(p99\)/);
  });
});

/** Places orders with a slow payment, a few at a time, until its disposal. */
function keepPlacing(clients: Clients): Disposable & { readonly failure: unknown } {
  const prefix = `top-${Date.now()}`;
  let placed = 0;
  let isOver = false;
  let failure: unknown;
  const placeOn = async () => {
    while (!isOver) {
      placed += 1;
      await place(clients, `${prefix}-${placed}`, { paymentMethod: "pm_slow" });
    }
  };
  for (let lane = 0; lane < lanes; lane++)
    placeOn().catch((error) => {
      failure = error;
    });
  return {
    get failure() {
      return failure;
    },
    [Symbol.dispose]: () => {
      isOver = true;
    },
  };
}
