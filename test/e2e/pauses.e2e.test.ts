import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilState, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { coordinator, customer, openShop, place, request } from "./support/shop.ts";
import { lockTable, query } from "./support/sql.ts";
import { startTestStack } from "./support/stack.ts";

describe("a process that is paused or killed halfway", () => {
  let stack: Stack;
  /** Of all replicas. */
  let clients: Clients;
  /** Of the first replica of order. */
  let first: Clients;

  before(async () => {
    stack = await startTestStack({ replicas: { order: 2 } });
    clients = connectClients(stack);
    first = connectClients({ ...stack, addresses: (service) => stack.address(service) });
    await openShop(clients);
  });

  after(async () => {
    await first[Symbol.asyncDispose]();
    await clients[Symbol.asyncDispose]();
    await stack.stop();
  });

  const names = (kind: string) => Array.from({ length: 5 }, (_, index) => `${kind}-${index}`);
  const placeAll = (kind: string) => Promise.all(names(kind).map((name) => place(first, name)));
  const count = async (database: "order" | "item", text: string) => {
    const [row] = await query<{ count: number }>(stack, database, text);
    return row?.count ?? 0;
  };
  const holds = () =>
    count("item", "select count(*)::int as count from reservations where state = 'TRIED'");
  const tombstones = () =>
    count("order", "select count(*)::int as count from orders where fate = 'ABANDONED'");
  const untilHoldsExpired = () =>
    eventually("all holds expired a while ago", async () => {
      const late = "expires_at > now() - interval '1 s' and state = 'TRIED'";
      return (
        0 === (await count("item", `select count(*)::int as count from reservations where ${late}`))
      );
    });

  /** Places orders, and stops the first replica of order when their stock is held and before it can know. */
  const placeUntilHeld = async (kind: string, signal: "SIGSTOP" | "SIGKILL") => {
    const lock = await lockTable(stack, "item", "reservations");
    const placed = placeAll(kind);
    await eventually("the hold is asked for", async () => (await lock.waiting()) > 0);
    await stack.kill("order", signal);
    await lock.release();
    await eventually("stock is held", async () => (await holds()) > 0);
    return { placed };
  };

  const expectDelivered = async (placed: ReturnType<typeof placeAll>) => {
    const ids = (await placed).map(({ orderId }) => orderId);
    expect(new Set(ids).size).to.equal(ids.length);
    const ended = await untilTerminal(stack, ids);
    expect(ended).to.deep.equal({ delivered: ids.length, cancelled: 0 });
    await expectBalancedBooks(stack, ids);
  };

  describe("order, alone", () => {
    before(() => stack.halt("order", 1));
    after(() => stack.resume("order", 1));

    it("paused between hold and store until the hold has expired", async () => {
      const { placed } = await placeUntilHeld("paused", "SIGSTOP");
      await untilHoldsExpired();
      await stack.kill("order", "SIGCONT");
      await expectDelivered(placed);
    });

    it("killed between hold and store", async () => {
      const { placed } = await placeUntilHeld("killed", "SIGKILL");
      await expectDelivered(placed);
    });

    it("paused between store and announcement until the hold has expired", async () => {
      const lock = await lockTable(stack, "order", "orders");
      const placed = placeAll("stored");
      await eventually("the store waits", async () => (await lock.waiting()) > 0);
      await stack.kill("order", "SIGSTOP");
      await lock.release();
      await untilHoldsExpired();
      await stack.kill("order", "SIGCONT");
      await expectDelivered(placed);
    });

    it("killed between store and announcement", async () => {
      const lock = await lockTable(stack, "order", "orders");
      const placed = placeAll("unannounced");
      await eventually("the store waits", async () => (await lock.waiting()) > 0);
      await stack.kill("order", "SIGKILL");
      await lock.release();
      await expectDelivered(placed);
    });
  });

  it("order, paused between hold and store, while another replica abandons the orders", async () => {
    const before = await tombstones();
    const { placed } = await placeUntilHeld("abandoned", "SIGSTOP");
    await eventually("the orders are abandoned", async () => (await tombstones()) > before);
    await eventually("their holds are released", async () => (await holds()) === 0);
    await stack.kill("order", "SIGCONT");
    await expectDelivered(placed);
  });

  it("payment, killed between the provider's answer and its own commit; then the order is cancelled", async () => {
    const ledger = await lockTable(stack, "provider", "ledger");
    const { orderId } = await place(clients, "unrecorded");
    const tried = "select from payments where transaction_id = $1";
    await eventually("its payment is begun", async () => {
      return (await query(stack, "payment", tried, [orderId])).length > 0;
    });
    await eventually("the provider is asked", async () => (await ledger.waiting()) > 0);
    const payments = await lockTable(stack, "payment", "payments");
    await ledger.release();
    const entries = () =>
      query(stack, "provider", "select kind from ledger where transaction_id = $1 order by at", [
        orderId,
      ]);
    await eventually("it is authorised", async () => (await entries()).length > 0);
    await eventually("its answer waits", async () => (await payments.waiting()) > 0);
    await stack.kill("payment", "SIGKILL");
    await payments.release();
    await clients.order.cancelOrder({ orderId, actor: customer });
    await untilState(stack, orderId, "CANCELLED");
    await expectBalancedBooks(stack);
    expect(await entries()).to.deep.equal([{ kind: "authorized" }, { kind: "voided" }]);
  });

  it("payment, killed between the capture and its own commit", async () => {
    const orderId = "captured";
    await eventually("both Tries", () => clients.order.tryOrder({ order: request({ orderId }) }));
    const ledger = await lockTable(stack, "provider", "ledger");
    await clients.order.confirmOrder({ orderId, actor: coordinator });
    await eventually("the capture is asked for", async () => (await ledger.waiting()) > 0);
    const payments = await lockTable(stack, "payment", "payments");
    await ledger.release();
    await eventually("its answer waits", async () => (await payments.waiting()) > 0);
    await stack.kill("payment", "SIGKILL");
    await payments.release();
    await untilState(stack, orderId, "DELIVERED");
    await expectBalancedBooks(stack);
  });
});
