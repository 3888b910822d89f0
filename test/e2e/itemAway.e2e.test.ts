import { ReservationState } from "@waybill/contracts/item";
import { ReservationMode } from "@waybill/contracts/status";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import { customer, line, openShop, place, stockItem } from "./support/shop.ts";
import { commonStack } from "./support/stack.ts";

/** What CreateOrder may take at most while item is known to be away. */
const answerWithinMs = 300;
/** Longer than the breaker waits before it asks whether item is back, so that this does not slow anybody down. */
const observeMs = 1_500;

describe("while the item service is away", () => {
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
    await stockItem(clients, "scarce", 3n);
  });

  after(async () => {
    await clients[Symbol.asyncDispose]();
  });

  /** Places an order; answers how long it took. */
  const timed = async (name: string) => {
    const startedAt = performance.now();
    const order = await place(clients, name);
    return { order, tookMs: performance.now() - startedAt };
  };

  const ordersAreDeferred = (kind: string, leave: () => Promise<void>, back: () => Promise<void>) =>
    it(`(${kind}) orders are accepted at once, and are completed when it is back`, async () => {
      await leave();
      const early: Awaited<ReturnType<typeof timed>>[] = [];
      await eventually("the breaker is open", async () => {
        const tries = [0, 1, 2].map((n) => timed(`${kind}-early-${early.length + n}`));
        early.push(...(await Promise.all(tries)));
        return (early.at(-1)?.tookMs ?? 0) < answerWithinMs / 3;
      });
      const later: typeof early = [];
      const until = performance.now() + observeMs;
      while (performance.now() < until) later.push(await timed(`${kind}-later-${later.length}`));
      expect(Math.max(...later.map(({ tookMs }) => tookMs))).to.be.lessThan(answerWithinMs);

      const orders = [...early, ...later].map(({ order }) => order);
      expect(later.map(({ order }) => order.total)).to.satisfy((totals: unknown[]) =>
        totals.every((total) => total === undefined),
      );
      await back();
      const ids = orders.map(({ orderId }) => orderId);
      const ended = await untilTerminal(stack, ids);
      expect(ended).to.deep.equal({ delivered: ids.length, cancelled: 0 });
      const { results } = await clients.order.batchGetOrders({ orderIds: ids.slice(-5) });
      for (const { result } of results) {
        const order = result?.$case === "response" ? result.value.order : undefined;
        expect(order?.total).to.deep.equal({ minorUnits: 750n, currency: "EUR" });
        expect(order?.reservationMode).to.equal(ReservationMode.DEFERRED);
      }
      await expectBalancedBooks(stack);
    });

  ordersAreDeferred(
    "killed",
    () => stack.halt("item"),
    () => stack.resume("item"),
  );

  ordersAreDeferred(
    "paused",
    () => stack.kill("item", "SIGSTOP"),
    () => stack.kill("item", "SIGCONT"),
  );

  it("an order that is cancelled meanwhile never holds anything", async () => {
    await stack.halt("item");
    const { orderId } = await place(clients, "cancelled-meanwhile");
    await clients.order.cancelOrder({ orderId, actor: customer });
    await stack.resume("item");
    expect(await untilTerminal(stack, [orderId])).to.deep.equal({ delivered: 0, cancelled: 1 });
    await expectBalancedBooks(stack);
    const { reservation } = await clients.item.getReservation({ transactionId: orderId });
    expect(reservation?.state).to.equal(ReservationState.BLOCKED);
  });

  it("more is accepted than there is; when it is back, some orders are cancelled as out of stock", async () => {
    await stack.halt("item");
    const lines = [line("scarce", 1)];
    const orders = await Promise.all(
      Array.from({ length: 5 }, (_, index) => place(clients, `scarce-${index}`, { lines })),
    );
    await stack.resume("item");
    const ids = orders.map(({ orderId }) => orderId);
    expect(await untilTerminal(stack, ids)).to.deep.equal({ delivered: 3, cancelled: 2 });
    await expectBalancedBooks(stack);
  });
});
