import { rm } from "node:fs/promises";
import { join } from "node:path";
import { restoreBackup, takeBackup } from "@waybill/backup";
import { ordersStream } from "@waybill/contracts/events";
import { OrderState } from "@waybill/contracts/status";
import { type Stack, temporaryFolder } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilState, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { openJetStream } from "./support/jetStream.ts";
import {
  coordinator,
  openShop,
  place,
  placeMany,
  request,
  whileOrdersFlow,
} from "./support/shop.ts";
import { query } from "./support/sql.ts";
import { startTestStack } from "./support/stack.ts";

const { PENDING, CANCELLED } = OrderState;

describe("all databases restored to one point", () => {
  const dataDir = temporaryFolder("waybill-restore-");
  let backup: string;
  let stack: Stack;
  let clients: Clients;

  const start = async () => {
    stack = await startTestStack({ ephemeral: false, dataDir });
    clients = connectClients(stack);
  };

  /** As in the accident that a restoration follows. */
  const kill = async () => {
    await clients[Symbol.asyncDispose]();
    await stack.destroy();
  };

  /** Stock and money are secured; an outside coordinator is to decide. */
  const secure = (orderId: string) =>
    eventually(`${orderId} secured`, () => clients.order.tryOrder({ order: request({ orderId }) }));

  const decide = {
    confirm: (orderId: string) => clients.order.confirmOrder({ orderId, actor: coordinator }),
    cancel: (orderId: string) => clients.order.cancelOrder({ orderId, actor: coordinator }),
  };

  const stateOf = async (orderId: string) =>
    (await clients.status.getStatus({ orderId })).status?.state;

  const allOrders = async () => {
    const rows = await query<{ id: string }>(stack, "order", "select order_id as id from orders");
    return rows.map(({ id }) => id);
  };

  /** One notification per event, now and not only within the doctor's patience. */
  const untilAllTold = () =>
    eventually("a notification of each event", async () => {
      const keys = "select order_id || '.' || version as key from";
      const [events, told] = await Promise.all([
        query(stack, "status", `${keys} transitions order by 1`),
        query(stack, "notification", `${keys} notifications order by 1`),
      ]);
      return JSON.stringify(events) === JSON.stringify(told);
    });

  const epochOf = async (): Promise<bigint> => {
    const [row] = await query<{ epoch: string }>(
      stack,
      "workflow",
      "select max(epoch) as epoch from restorations",
    );
    return BigInt(row?.epoch ?? 0);
  };

  /** Decides otherwise than before the restoration, places more, and lets all orders end. */
  const goOnOtherwise = async (name: string) => {
    expect(await stateOf("confirmed-later")).to.equal(PENDING);
    expect(await stateOf("delivered-later")).to.equal(PENDING);
    await decide.cancel("confirmed-later");
    await decide.cancel("delivered-later");
    await decide.confirm("decided-now");
    await placeMany(clients, name, 6);
    await place(clients, "forgotten");
    await untilTerminal(stack, await allOrders());
    await untilState(stack, "decided-now", "DELIVERED");
    expect(await stateOf("delivered-later")).to.equal(CANCELLED);
    await untilAllTold();
    await expectBalancedBooks(stack);
  };

  before(async () => {
    await start();
    await openShop(clients);
    await placeMany(clients, "before", 6);
    for (const orderId of ["confirmed-later", "delivered-later", "decided-now"])
      await secure(orderId);
    await whileOrdersFlow(clients, "meanwhile", async () => {
      backup = (await takeBackup(dataDir)).folder;
    });
    await decide.confirm("delivered-later");
    await untilState(stack, "delivered-later", "DELIVERED");
    // What happens now stays in the streams, and nobody has acted on it when the databases are restored.
    await stack.halt("workflow");
    await decide.confirm("confirmed-later");
    await place(clients, "forgotten");
    await eventually("they are published", async () => {
      const unpublished = "select order_id from transitions where published_seq is null";
      return (await query(stack, "status", unpublished)).length === 0;
    });
    await kill();
  });

  afterEach(() => kill());

  it("goes on from there although JetStream is newer, and takes no event of the time since for its own", async () => {
    const { epoch } = await restoreBackup(backup, dataDir);
    await start();
    expect(await epochOf()).to.equal(epoch);
    await goOnOtherwise("newer");
    await using jetStream = await openJetStream(stack);
    const { config } = await jetStream.manager.streams.info(ordersStream.name);
    expect(config.metadata).to.include({ "waybill-restore-epoch": String(epoch) });
  });

  it("goes on from there when JetStream is gone, in an epoch of its own", async () => {
    await rm(join(dataDir, "nats"), { recursive: true });
    const { epoch } = await restoreBackup(backup, dataDir);
    await start();
    await goOnOtherwise("gone");
    expect(await epochOf()).to.equal(epoch);
  });
});
