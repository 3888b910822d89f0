import { CreateOrderRequest } from "@waybill/contracts/order";
import { ActorKind, OrderState } from "@waybill/contracts/status";
import { refuse } from "@waybill/rpc";
import { expect } from "chai";
import { placementDecoder } from "../src/rpc/requests.ts";
import {
  alice,
  coordinator,
  holdsIn,
  mallory,
  refusal,
  refused,
  request,
  storedIn,
  workflow,
} from "./support/asking.ts";
import { type Shop, startShop } from "./support/shop.ts";

describe("deciding orders", () => {
  let shop: Shop;

  before(async () => {
    shop = await startShop();
    await shop.stock("pen", 1_000);
  });

  after(() => shop[Symbol.asyncDispose]());

  const admin = { kind: ActorKind.ADMIN, id: "root" };
  const place = (orderId: string) => shop.client.createOrder(request({ orderId }));
  const cancel = (orderId: string, actor = alice) => shop.client.cancelOrder({ orderId, actor });

  async function move(orderId: string, from: keyof typeof OrderState, to: keyof typeof OrderState) {
    const states = { expectedState: OrderState[from], newState: OrderState[to] };
    const id = to === "SHIPPED" ? "shipping" : to === "DELIVERED" ? "delivery" : "workflow";
    await shop.statuses.updateStatus({ orderId, ...states, actor: { ...workflow, id } });
  }

  describe("cancelling:", () => {
    it("the customer's own order, once and again, with the reason on record", async () => {
      await place("own");
      const { order } = await cancel("own");
      expect(order).to.include({ state: OrderState.CANCELLED, reason: "CANCELLED_BY_CUSTOMER" });
      expect((await cancel("own")).order).to.deep.equal(order);
      const { transitions } = await shop.statuses.listTransitions({ orderId: "own" });
      expect(transitions.map(({ actor }) => actor?.id)).to.deep.equal(["alice", "alice"]);
    });

    it("a foreign customer's order is NOT_FOUND, like one that is none", async () => {
      await place("foreign");
      const seen = await refusal(cancel("foreign", mallory));
      const none = await refusal(cancel("none", mallory));
      expect(seen.message.replace("foreign", "none")).to.equal(none.message);
      expect(await refused(cancel("foreign", mallory))).to.equal("NOT_FOUND ORDER_NOT_FOUND");
      const { order } = await shop.client.getOrder({ orderId: "foreign" });
      expect(order?.state).to.equal(OrderState.PENDING);
    });

    it("too late: FAILED_PRECONDITION with the current state, whoever asks", async () => {
      await place("late");
      await shop.statuses.markTried({ orderId: "late" });
      const way = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"] as const;
      for (const [index, state] of way.entries()) {
        const next = way[index + 1];
        if (next === undefined) continue;
        await move("late", state, next);
        for (const actor of [alice, admin, coordinator]) {
          const { code, message, metadata } = await refusal(cancel("late", actor));
          expect(code).to.equal(9);
          expect(message).to.equal(`Order cannot be cancelled. Current status: ${next}`);
          expect(metadata).to.include({ current_state: next });
        }
      }
    });

    it("a coordinator's cancel of an unknown order leaves a tombstone: it can never be placed", async () => {
      expect(await cancel("unknown", coordinator)).to.deep.equal({ order: undefined });
      expect(await cancel("unknown", coordinator)).to.deep.equal({ order: undefined });
      expect(await refused(place("unknown"))).to.equal("ABORTED ORDER_ABANDONED");
      const tried = shop.client.tryOrder({ order: request({ orderId: "unknown" }) });
      expect(await refused(tried)).to.equal("ABORTED ORDER_ABANDONED");
      expect(await refused(cancel("unknown"))).to.equal("NOT_FOUND ORDER_NOT_FOUND");
      expect(await refused(shop.client.getOrder({ orderId: "unknown" }))).to.equal(
        "NOT_FOUND ORDER_NOT_FOUND",
      );
      expect(await storedIn(shop.db)).to.include("-unknown");
      expect(await holdsIn(shop.itemDb)).not.to.include("unknown TRIED");
    });

    it("an admin's cancel of an unknown order is NOT_FOUND and leaves nothing", async () => {
      expect(await refused(cancel("nothing", admin))).to.equal("NOT_FOUND ORDER_NOT_FOUND");
      expect((await place("nothing")).order?.state).to.equal(OrderState.PENDING);
    });

    it("a coordinator's cancel racing the placing: either it is placed and cancelled, or never placed", async () => {
      const ids = Array.from({ length: 40 }, (_, index) => `race-placing-${index}`);
      await Promise.all(
        ids.map(async (orderId) => {
          const [placed, cancelled] = await Promise.allSettled([
            place(orderId),
            cancel(orderId, coordinator),
          ]);
          expect(cancelled.status).to.equal("fulfilled");
          const stored = (await storedIn(shop.db)).includes(orderId);
          expect(placed.status === "fulfilled", orderId).to.equal(stored);
          if (!stored) return;
          const { order } = await shop.client.getOrder({ orderId });
          expect(order?.state, orderId).to.equal(OrderState.CANCELLED);
        }),
      );
    });
  });

  it("the customer's cancel and the workflow's confirm race: exactly one decision, and each is told of it", async () => {
    const ids = Array.from({ length: 90 }, (_, index) => `race-${index}`);
    await shop.client.batchCreateOrders({
      requests: ids.map((orderId) => request({ orderId })),
    });
    await shop.statuses.batchMarkTried({ requests: ids.map((orderId) => ({ orderId })) });
    const confirm = (orderId: string) =>
      shop.statuses
        .updateStatus({
          ...{ orderId, expectedState: OrderState.PENDING, newState: OrderState.CONFIRMED },
          actor: workflow,
        })
        .then(
          () => true,
          () => false,
        );
    const cancelling = (orderId: string) =>
      cancel(orderId).then(
        () => true,
        () => false,
      );
    const pauses = [0, 1, 3, 6, 12];
    const outcomes = await Promise.all(
      ids.map(async (orderId, index) => {
        const cancelled = cancelling(orderId);
        // The confirmation has the shorter way. The first one is late for certain.
        if (index === 0) await cancelled;
        const pauseMs = pauses[index % pauses.length];
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        const won = { confirmed: await confirm(orderId), cancelled: await cancelled };
        const { order } = await shop.client.getOrder({ orderId });
        expect(Object.values(won).filter(Boolean), orderId).to.have.length(1);
        const expected = won.confirmed ? OrderState.CONFIRMED : OrderState.CANCELLED;
        expect(order, orderId).to.include({ state: expected, version: 2 });
        return order?.state;
      }),
    );
    expect(outcomes[0]).to.equal(OrderState.CANCELLED);
  });

  describe("for an outside coordinator:", () => {
    const tryOrder = (orderId: string, expiresAt?: Date) =>
      shop.client.tryOrder({ order: request({ orderId }), expiresAt });
    const confirm = (orderId: string) => shop.client.confirmOrder({ orderId });

    it("TryOrder is pending until both Tries have succeeded, then it is OK for ever", async () => {
      const pending = await refusal(tryOrder("t1"));
      expect(pending).to.deep.include({ code: 14, reason: 20, retryDelayMs: 200 });
      expect(await refused(confirm("t1"))).to.equal("FAILED_PRECONDITION TRY_INCOMPLETE");
      await shop.statuses.markTried({ orderId: "t1" });
      expect((await tryOrder("t1")).order).to.include({ state: OrderState.PENDING, tried: true });
      const { order } = await confirm("t1");
      expect(order?.state).to.equal(OrderState.CONFIRMED);
      expect((await confirm("t1")).order).to.deep.equal(order);
      await move("t1", "CONFIRMED", "PROCESSING");
      expect((await confirm("t1")).order?.state).to.equal(OrderState.PROCESSING);
      expect((await tryOrder("t1")).order?.state).to.equal(OrderState.PROCESSING);
      await move("t1", "PROCESSING", "SHIPPED");
      await move("t1", "SHIPPED", "DELIVERED");
      expect((await confirm("t1")).order?.state).to.equal(OrderState.DELIVERED);
    });

    it("TryOrder and ConfirmOrder of a cancelled order are ABORTED, whoever cancelled it", async () => {
      await refusal(tryOrder("t2"));
      await shop.statuses.markTried({ orderId: "t2" });
      expect((await cancel("t2", coordinator)).order?.state).to.equal(OrderState.CANCELLED);
      expect(await refused(tryOrder("t2"))).to.equal("ABORTED ORDER_CANCELLED");
      expect(await refused(confirm("t2"))).to.equal("ABORTED ORDER_CANCELLED");
      await cancel("t3", coordinator);
      expect(await refused(confirm("t3"))).to.equal("ABORTED ORDER_CANCELLED");
    });

    it("an order expires 15 minutes from now, or when the coordinator says; a repetition changes nothing", async () => {
      await refusal(tryOrder("t4"));
      const status = async (orderId: string) =>
        (await shop.statuses.getStatus({ orderId })).status?.expiresAt?.getTime() ?? 0;
      expect(await status("t4")).to.be.closeTo(Date.now() + 15 * 60_000, 10_000);
      const soon = new Date(Date.now() + 1_500);
      await refusal(tryOrder("t5", soon));
      await refusal(tryOrder("t5", new Date(Date.now() + 60_000)));
      expect(await status("t5")).to.equal(soon.getTime());
      await shop.statuses.markTried({ orderId: "t5" });
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, soon.getTime() - Date.now()) + 10),
      );
      expect((await tryOrder("t5", soon)).order, "although that time has passed").to.include({
        tried: true,
      });
      const expired = shop.client.tryOrder({ order: request({ orderId: "t6" }), expiresAt: soon });
      expect(await refused(expired)).to.equal("INVALID_ARGUMENT INVALID_FIELD expires_at");
    });

    it("a request that would expire too late is refused alone, beside one for the same order", async () => {
      const decoder = placementDecoder(["pm_ok"]);
      const order = CreateOrderRequest.fromPartial(request({ orderId: "t7" }));
      const call = { signal: new AbortController().signal };
      const refusal = refuse.invalidField("expires_at", "must be at most 24 hours from now");
      const at = new Date(Date.now() + 60_000);
      const placements = [refusal, undefined].map((refusal) =>
        decoder.decodeCoordinated(order, call, { at, refusal }),
      );
      const [late, timely] = await shop.app.placements.submitAll(placements);
      expect(late).to.deep.equal({ status: "fulfilled", value: { kind: "refused", refusal } });
      expect(timely).to.nested.include({ "value.kind": "placed", "value.replayed": false });
    });
  });
});
