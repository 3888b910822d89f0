import { AbandonOutcome } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { type Database, sql, UnavailableError } from "@waybill/persistence";
import { refuse } from "@waybill/rpc";
import { expect } from "chai";
import { candidateOf } from "../src/domain/orderId.ts";
import {
  alice,
  heldOf,
  holdsIn,
  line,
  refusal,
  refused,
  request,
  storedIn,
} from "./support/asking.ts";
import { pauseBetweenHoldAndStore, pauseBetweenStoreAndAnnouncement } from "./support/pausing.ts";
import { holdExpiryMs, type Ports, type Shop, startShop } from "./support/shop.ts";

const olderStatement = sql(
  "test_older",
  "update orders set placed_at = placed_at - interval '1 minute'",
);
const stateStatement = sql(
  "test_states",
  "select order_id, state from statuses where state <> 'PENDING'",
);

describe("orders whose process is paused or killed", () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await startShop();
    await shop.stock("pen", 100);
    await shop.stock("last", 1);
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  const naming = { kind: "repeatable", userId: "alice", requestId: "r" } as const;
  const [c0 = "", c1 = "", c2 = ""] = [0, 1, 2].map((attempt) => candidateOf(naming, attempt));
  const mine = (given: object = {}) => request({ requestId: "r" }, given);

  /** Every hold that was made until now expires, and item asks for the orders' fate. */
  async function expireHolds() {
    shop.clock.aheadMs += 2 * holdExpiryMs;
    return await shop.items.resolveExpiredHolds();
  }

  describe("between hold and store, beyond the hold's expiry:", () => {
    it("the late store is refused, and the order is placed under its next id", async () => {
      const pause = pauseBetweenHoldAndStore();
      await using paused = await shop.replica({ between: pause.between });
      const answer = paused.client.createOrder(mine());
      await pause.reached;
      expect(await expireHolds()).to.include({ cancelled: 1 });
      pause.letGo();
      const { order } = await answer;
      expect(order).to.include({ orderId: c1, state: OrderState.PENDING });
      expect(await storedIn(shop.db)).to.have.members([`-${c0}`, c1]);
      expect(await holdsIn(shop.itemDb)).to.have.members([`${c0} CANCELLED`, `${c1} TRIED`]);
      expect(await expireHolds(), "and keeps its hold").to.include({ extended: 1, cancelled: 0 });
    });

    it("the request repeated meanwhile is the same order, of which both are told", async () => {
      const pause = pauseBetweenHoldAndStore();
      await using paused = await shop.replica({ between: pause.between });
      const late = paused.client.createOrder(mine());
      await pause.reached;
      await expireHolds();
      const early = await shop.client.createOrder(mine());
      pause.letGo();
      expect((await late).order).to.deep.equal(early.order);
      expect(early.order?.orderId).to.equal(c1);
      expect(await heldOf(shop.itemDb, "pen")).to.equal(1);
    });

    it("an order whose id the client names is ABORTED, and nothing is held", async () => {
      const pause = pauseBetweenHoldAndStore();
      await using paused = await shop.replica({ between: pause.between });
      const answer = paused.client.createOrder(request({ orderId: "named" }));
      await pause.reached;
      await expireHolds();
      pause.letGo();
      expect(await refused(answer)).to.equal("ABORTED ORDER_ABANDONED");
      expect(await refused(shop.client.createOrder(request({ orderId: "named" })))).to.equal(
        "ABORTED ORDER_ABANDONED",
      );
      expect(await holdsIn(shop.itemDb)).to.deep.equal(["named CANCELLED"]);
    });

    it("abandoned before item has cancelled the hold: the late store cancels it itself", async () => {
      const pause = pauseBetweenHoldAndStore();
      await using paused = await shop.replica({ between: pause.between });
      const answer = paused.client.createOrder(request({ orderId: "named" }));
      await pause.reached;
      const { outcome } = await shop.client.abandonOrder({ orderId: "named" });
      expect(outcome).to.equal(AbandonOutcome.ABANDONED);
      pause.letGo();
      expect(await refused(answer)).to.equal("ABORTED ORDER_ABANDONED");
      expect(await holdsIn(shop.itemDb)).to.deep.equal(["named CANCELLED"]);
    });

    it("three ids abandoned: ABORTED", async () => {
      for (const orderId of [c0, c1, c2]) await shop.client.abandonOrder({ orderId });
      expect(await refused(shop.client.createOrder(mine()))).to.equal("ABORTED ORDER_ABANDONED");
      expect(await storedIn(shop.db)).to.have.members([`-${c0}`, `-${c1}`, `-${c2}`]);
      expect(await holdsIn(shop.itemDb)).to.be.empty;
    });
  });

  describe("killed between hold and store:", () => {
    it("the request repeated takes over the hold", async () => {
      const pause = pauseBetweenHoldAndStore();
      const killed = await shop.strandedReplica({ between: pause.between });
      void killed.client.createOrder(mine({ lines: [line("last")] })).catch(() => {});
      await pause.reached;
      const { order } = await shop.client.createOrder(mine({ lines: [line("last")] }));
      expect(order?.orderId).to.equal(c0);
      expect(await holdsIn(shop.itemDb)).to.deep.equal([`${c0} TRIED`]);
    });

    it("nobody asks again: no hold is left", async () => {
      const pause = pauseBetweenHoldAndStore();
      const killed = await shop.strandedReplica({ between: pause.between });
      void killed.client.createOrder(mine()).catch(() => {});
      await pause.reached;
      await expireHolds();
      expect(await holdsIn(shop.itemDb)).to.deep.equal([`${c0} CANCELLED`]);
      expect(await heldOf(shop.itemDb, "pen")).to.equal(0);
    });

    it("the request repeated after the abandoning is not out of stock by its own hold", async () => {
      const lastOne = mine({ lines: [line("last")] });
      const pause = pauseBetweenHoldAndStore();
      const killed = await shop.strandedReplica({ between: pause.between });
      void killed.client.createOrder(lastOne).catch(() => {});
      await pause.reached;
      await shop.client.abandonOrder({ orderId: c0 }); // Item is about to cancel the hold.

      const between = ({ items }: Ports): Partial<Ports> => ({
        items: {
          ...items,
          batchCancelReservations: () => Promise.reject(refuse.unavailable(0, "")),
        },
      });
      await using cut = await shop.replica({ between });
      expect(await refused(cut.client.createOrder(lastOne))).to.equal(
        "UNAVAILABLE CALLEE_UNAVAILABLE",
      );
      const { order } = await shop.client.createOrder(lastOne);
      expect(order?.orderId).to.equal(c1);
      expect(await holdsIn(shop.itemDb)).to.have.members([`${c0} CANCELLED`, `${c1} TRIED`]);
    });

    it("while nobody can tell the order's fate, its hold is kept", async () => {
      const pause = pauseBetweenHoldAndStore();
      const killed = await shop.strandedReplica({ between: pause.between });
      void killed.client.createOrder(mine()).catch(() => {});
      await pause.reached;
      await shop.servers.status.stop();
      expect(await expireHolds()).to.include({ kept: 1, cancelled: 0 });
      expect(await holdsIn(shop.itemDb)).to.deep.equal([`${c0} TRIED`]);
    });
  });

  it("an id that was cancelled at item alone is passed by for ever", async () => {
    await shop.items.reservations.submit({ kind: "cancel", transactionId: c0 });
    const { order } = await shop.client.createOrder(mine());
    expect(order?.orderId).to.equal(c1);
    expect(await storedIn(shop.db)).to.have.members([`-${c0}`, c1]);
    const again = await shop.client.createOrder(mine());
    expect(again).to.deep.include({ replayed: true, order });
  });

  describe("whose connection to the database is lost", () => {
    /** The first store fails so; the client of this test repeats its request by itself. */
    const failing =
      (store: (real: () => Promise<unknown>) => Promise<never>) =>
      (real: Database): Database => {
        let failed = false;
        const rows: Database["rows"] = async (statement, parameters) => {
          const execute = () => real.rows<never>(statement, parameters);
          if (failed || !statement.name.startsWith("insert_orders")) return execute();
          failed = true;
          return store(execute);
        };
        return { ...real, rows };
      };
    const lost = () => Promise.reject(new UnavailableError("the connection is lost"));

    it("before the commit: the repeated request is stored, with the hold that it has", async () => {
      await using replica = await shop.replica({ database: failing(lost) });
      const { order, replayed } = await replica.client.createOrder(mine());
      expect({ id: order?.orderId, replayed }).to.deep.equal({ id: c0, replayed: false });
      expect(await holdsIn(shop.itemDb)).to.deep.equal([`${c0} TRIED`]);
    });

    it("after the commit: the repeated request finds its order", async () => {
      const database = failing(async (store) => {
        await store();
        return lost();
      });
      await using replica = await shop.replica({ database });
      const { order, replayed } = await replica.client.createOrder(mine());
      expect({ id: order?.orderId, replayed }).to.deep.equal({ id: c0, replayed: true });
      expect(await storedIn(shop.db)).to.deep.equal([c0]);
      expect(await holdsIn(shop.itemDb)).to.deep.equal([`${c0} TRIED`]);
    });
  });

  describe("between store and announcement, beyond the hold's expiry:", () => {
    it("the order is announced by the one who asks for its fate, and keeps its hold", async () => {
      const pause = pauseBetweenStoreAndAnnouncement();
      await using paused = await shop.replica({ between: pause.between });
      const answer = paused.client.createOrder(mine());
      await pause.reached;
      expect(await expireHolds()).to.include({ extended: 1, cancelled: 0 });
      expect((await shop.client.getOrder({ orderId: c0 })).order?.version).to.equal(1);
      pause.letGo();
      expect((await answer).order).to.include({ orderId: c0, state: OrderState.PENDING });
      expect(await holdsIn(shop.itemDb)).to.deep.equal([`${c0} TRIED`]);
    });

    it("while status is away, the order's hold is kept and the order stands", async () => {
      const pause = pauseBetweenStoreAndAnnouncement();
      const killed = await shop.strandedReplica({ between: pause.between });
      void killed.client.createOrder(mine()).catch(() => {});
      await pause.reached;
      await shop.servers.status.stop();
      expect((await refusal(shop.client.abandonOrder({ orderId: c0 }))).metadata).to.deep.equal({
        callee: "status",
      });
      expect(await expireHolds()).to.include({ kept: 1 });
      expect(await storedIn(shop.db)).to.deep.equal([c0]);
    });

    it("killed: the sweeper announces the order, and it can be cancelled before that", async () => {
      const pause = pauseBetweenStoreAndAnnouncement();
      const killed = await shop.strandedReplica({ between: pause.between });
      void killed.client
        .batchCreateOrders({
          requests: [request({ orderId: "swept" }), request({ orderId: "cancelled" })],
        })
        .catch(() => {});
      await pause.reached;
      const before = await shop.client.getOrder({ orderId: "swept" });
      expect(before.order).to.include({ state: OrderState.PENDING, version: 0 });
      const { order } = await shop.client.cancelOrder({ orderId: "cancelled", actor: alice });
      expect(order).to.include({ state: OrderState.CANCELLED, version: 2 });

      await shop.app.announceLeftOver();
      const young = await shop.client.getOrder({ orderId: "swept" });
      expect(young.order?.version, "too young").to.equal(0);
      await shop.db.run(olderStatement);
      await shop.app.announceLeftOver();
      expect((await shop.client.getOrder({ orderId: "swept" })).order?.version).to.equal(1);
    });
  });

  it("whatever comes together: no acknowledged order is abandoned, and no hold is left without one", async () => {
    const slow = ({ items }: Ports): Partial<Ports> => ({
      items: {
        ...items,
        batchTryReservations: async (given) => {
          const answer = await items.batchTryReservations(given);
          await new Promise((resolve) => setTimeout(resolve, 40 * Math.random()));
          return answer;
        },
      },
    });
    await using first = await shop.replica({ between: slow, lanes: 4 });
    await using second = await shop.replica({ between: slow, lanes: 4 });
    const acknowledged = new Map<string, Set<string>>();
    let placing = true;
    const place = async (index: number) => {
      const given = request({ requestId: `s${index % 45}` });
      const { client } = index % 2 ? first : second;
      const { order } = await client.createOrder(given).catch(() => ({ order: undefined }));
      if (order === undefined) return;
      const ids = acknowledged.get(given.requestId ?? "") ?? new Set();
      acknowledged.set(given.requestId ?? "", ids.add(order.orderId));
    };
    const reaping = (async () => {
      while (placing) {
        await expireHolds();
        await new Promise((resolve) => setTimeout(resolve, 30 * Math.random()));
      }
    })();
    for (let wave = 0; wave < 6; wave++) {
      await Promise.all(Array.from({ length: 15 }, (_, index) => place(wave * 15 + index)));
    }
    placing = false;
    await reaping;
    await expireHolds();

    const stored = (await storedIn(shop.db)).filter((id) => !id.startsWith("-"));
    for (const [requestId, ids] of acknowledged) {
      expect([...ids], `orders of ${requestId}`).to.have.length(1);
      expect(stored).to.include([...ids][0]);
    }
    const tried = (await holdsIn(shop.itemDb)).filter((hold) => hold.endsWith(" TRIED"));
    expect(tried).to.have.members(stored.map((id) => `${id} TRIED`));
    expect(await heldOf(shop.itemDb, "pen")).to.equal(stored.length);
    expect(await shop.statusDb.rows(stateStatement), "none is cancelled").to.be.empty;
    expect(acknowledged.size).to.be.greaterThan(10);
  });
});
