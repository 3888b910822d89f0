import { ErrorReason } from "@waybill/contracts/errors";
import { OrderState } from "@waybill/contracts/status";
import { ProcessStep } from "@waybill/contracts/workflow";
import { Refusal, Status } from "@waybill/rpc";
import type { Stack } from "@waybill/stack";
import { expect } from "chai";
import { expectBalancedBooks, untilState, untilTerminal } from "./support/books.ts";
import { type Clients, connectClients } from "./support/clients.ts";
import { eventually } from "./support/eventually.ts";
import {
  admin,
  cancelUnlessTooLate,
  coordinator,
  customer,
  line,
  openShop,
  place,
  request,
  stockItem,
} from "./support/shop.ts";
import { query } from "./support/sql.ts";
import { commonStack } from "./support/stack.ts";

describe("orders on the whole stack", () => {
  let stack: Stack;
  let clients: Clients;

  before(async () => {
    stack = await commonStack();
    clients = connectClients(stack);
    await openShop(clients);
    await stockItem(clients, "rare", 1n);
    await stockItem(clients, "piece", 100n);
  });

  after(async () => {
    await clients[Symbol.asyncDispose]();
  });

  const tryOrder = (orderId: string, expiresAt?: Date) =>
    clients.order.tryOrder({ order: request({ orderId }), expiresAt });

  const untilTried = (orderId: string, expiresAt?: Date) =>
    eventually("both Tries", () => tryOrder(orderId, expiresAt));

  const refusalOf = async (call: Promise<unknown>): Promise<Refusal> => {
    const outcome = await call.catch((error: unknown) => error);
    if (outcome instanceof Refusal) return outcome;
    throw new Error(`No refusal, but ${outcome}`);
  };

  const timelineOf = async (orderId: string) => {
    const { transitions } = await clients.status.listTransitions({ orderId });
    return transitions.map(({ to, reason }) => (reason === "" ? to : `${to} ${reason}`));
  };

  /** What the payment provider's own ledger says. */
  const entriesOf = async (orderId: string) => {
    const text = "select kind from ledger where transaction_id = $1 order by at, kind";
    return (await query(stack, "provider", text, [orderId])).map(({ kind }) => kind);
  };

  const { PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED, CANCELLED } = OrderState;
  const delivered = [PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED];

  describe("of an outside coordinator", () => {
    afterEach(() => expectBalancedBooks(stack));

    it("are secured by TryOrder, which says to wait until they are, and delivered after ConfirmOrder", async () => {
      const orderId = "trip-1";
      await stack.kill("payment", "SIGSTOP"); // So that the first answer comes before the authorisation.
      const pending = await refusalOf(tryOrder(orderId));
      expect(pending).to.include({ code: Status.UNAVAILABLE, reason: ErrorReason.TRY_PENDING });
      expect(pending.retryDelayMs).to.be.greaterThan(0);
      const early = await refusalOf(clients.order.confirmOrder({ orderId, actor: coordinator }));
      expect(early.reason).to.equal(ErrorReason.TRY_INCOMPLETE);
      await stack.kill("payment", "SIGCONT");

      const { order } = await untilTried(orderId);
      expect(order).to.include({ state: PENDING, tried: true });
      const confirmed = await clients.order.confirmOrder({ orderId, actor: coordinator });
      expect(confirmed.order?.state).to.equal(CONFIRMED);
      await untilState(stack, orderId, "DELIVERED");
      await clients.order.confirmOrder({ orderId, actor: coordinator });
      expect(await timelineOf(orderId)).to.deep.equal(delivered);
      const late = await refusalOf(clients.order.cancelOrder({ orderId, actor: coordinator }));
      expect(late).to.include({ code: Status.FAILED_PRECONDITION });
      expect(late.metadata.current_state).to.equal("DELIVERED");
    });

    it("are released by CancelOrder, after which ConfirmOrder is ABORTED", async () => {
      const orderId = "trip-2";
      await untilTried(orderId);
      await clients.order.cancelOrder({ orderId, actor: coordinator });
      await untilState(stack, orderId, "CANCELLED");
      await clients.order.cancelOrder({ orderId, actor: coordinator });
      const refusal = await refusalOf(clients.order.confirmOrder({ orderId, actor: coordinator }));
      expect(refusal).to.include({ code: Status.ABORTED, reason: ErrorReason.ORDER_CANCELLED });
      expect((await refusalOf(tryOrder(orderId))).reason).to.equal(ErrorReason.ORDER_CANCELLED);
    });

    it("are cancelled when they expire unconfirmed", async () => {
      const orderId = "trip-3";
      await untilTried(orderId, new Date(Date.now() + 1_500));
      const { processes } = await clients.workflow.listProcesses({ step: ProcessStep.DECIDE });
      expect(processes.map((process) => process.orderId)).to.deep.equal([orderId]);
      await untilState(stack, orderId, "CANCELLED");
      expect(await timelineOf(orderId)).to.deep.equal([PENDING, `${CANCELLED} EXPIRED`]);
    });

    it("can never be placed once CancelOrder has come first", async () => {
      const orderId = "trip-4";
      const { order } = await clients.order.cancelOrder({ orderId, actor: coordinator });
      expect(order).to.equal(undefined);
      const tried = await refusalOf(tryOrder(orderId));
      expect(tried).to.include({ code: Status.ABORTED, reason: ErrorReason.ORDER_ABANDONED });
      const placed = await refusalOf(clients.order.createOrder(request({ orderId })));
      expect(placed).to.include({ code: Status.ABORTED, reason: ErrorReason.ORDER_ABANDONED });
      const unknown = clients.order.cancelOrder({ orderId: "nobody", actor: customer });
      expect((await refusalOf(unknown)).code).to.equal(Status.NOT_FOUND);
    });
  });

  describe("paid in every way that the simulated provider knows", () => {
    for (const [paymentMethod, timeline, ledger] of [
      ["pm_ok", delivered, ["authorized", "captured"]],
      ["pm_declined", [PENDING, `${CANCELLED} PAYMENT_DECLINED`], ["declined"]],
      ["pm_pending", delivered, ["pending", "authorized", "captured"]],
      ["pm_slow", delivered, ["authorized", "captured"]],
      ["pm_flaky", delivered, ["authorized", "captured"]],
      ["pm_timeout", delivered, ["authorized", "captured"]],
    ] as const) {
      it(`${paymentMethod}`, async () => {
        const { orderId } = await place(clients, paymentMethod, { paymentMethod });
        await untilTerminal(stack, [orderId]);
        await expectBalancedBooks(stack);
        expect(await timelineOf(orderId)).to.deep.equal(timeline);
        expect(await entriesOf(orderId)).to.deep.equal(ledger);
      });
    }

    for (const paymentMethod of ["pm_pending", "pm_slow"]) {
      it(`${paymentMethod}, cancelled before the provider has answered`, async () => {
        const { orderId } = await place(clients, `${paymentMethod}-late`, { paymentMethod });
        await eventually("the provider is asked", () =>
          clients.payment.getPayment({ transactionId: orderId }),
        );
        await clients.order.cancelOrder({ orderId, actor: admin });
        await untilState(stack, orderId, "CANCELLED");
        await expectBalancedBooks(stack);
        expect(await entriesOf(orderId))
          .to.include("voided")
          .and.not.include("captured");
      });
    }
  });

  it("one request ten times at once is one order, with ten equal answers", async () => {
    const lines = [line("rare", 1)];
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => place(clients, "the-last-one", { lines })),
    );
    expect(new Set(answers.map(({ orderId }) => orderId)).size).to.equal(1);
    const { orderId } = await place(clients, "the-last-one", { lines });
    expect(orderId).to.equal(answers[0]?.orderId);
    const other = clients.order.createOrder(request({ requestId: "the-last-one" }));
    expect((await refusalOf(other)).code).to.equal(Status.ALREADY_EXISTS);
    expect(await untilTerminal(stack, [orderId])).to.include({ delivered: 1 });
    const late = place(clients, "one-too-many", { lines });
    expect((await refusalOf(late)).reason).to.equal(ErrorReason.OUT_OF_STOCK);
    await expectBalancedBooks(stack);
  });

  it("300 buyers of 100 pieces: exactly 100 are delivered, the others are told at once", async () => {
    const lines = [line("piece", 1)];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) => place(clients, `buyer-${index}`, { lines })),
    );
    const orders = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const reasons = outcomes.flatMap((each) =>
      each.status === "rejected" ? [(each.reason as Refusal).reason] : [],
    );
    expect(orders).to.have.length(100);
    expect(new Set(reasons)).to.deep.equal(new Set([ErrorReason.OUT_OF_STOCK]));
    const ended = await untilTerminal(
      stack,
      orders.map(({ orderId }) => orderId),
    );
    expect(ended).to.deep.equal({ delivered: 100, cancelled: 0 });
    const { item } = await clients.item.getItem({ itemId: "piece" });
    expect(item).to.include({ onHand: 0n, held: 0n });
    await expectBalancedBooks(stack);
  });

  it("cancelled by their customers while the workflow confirms them: one decision each, stock and money accordingly", async () => {
    const races = Array.from({ length: 60 }, async (_, index) => {
      const { orderId } = await place(clients, `race-${index}`);
      await cancelUnlessTooLate(clients, orderId);
      return orderId;
    });
    const ended = await untilTerminal(stack, await Promise.all(races));
    expect(ended.delivered + ended.cancelled).to.equal(60);
    await expectBalancedBooks(stack);
  });
});
