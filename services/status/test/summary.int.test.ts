import { OrderState, type StateSummary } from "@waybill/contracts/status";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { alice, delivery, move, shipping } from "./support/asking.ts";
import { type Replica, startReplica } from "./support/replica.ts";

const limit = 100_000;

const manyStatement = sql(
  "insert_many",
  `insert into statuses (order_id, user_id, state, version, tried, reservation_mode, placed_at,
      moved_at, reason, traceparent)
    select 'many-' || n, 'bob', $3, 2, false, 'HELD', now(), now(), '', ''
      from generate_series($1::int, $2::int) as n`,
);

describe("the summary of all orders", () => {
  let replica: Replica;

  beforeEach(async () => {
    replica = await startReplica();
  });
  afterEach(() => replica[Symbol.asyncDispose]());

  const place = async (...orderIds: string[]) => {
    const requests = orderIds.map((orderId) => ({ orderId, userId: "alice" }));
    await replica.client.batchCreateStatuses({ requests });
  };

  const summary = async (): Promise<Readonly<Record<string, StateSummary>>> => {
    const { states } = await replica.client.summarizeStatuses({});
    const names = new Map(Object.entries(OrderState).map(([name, state]) => [state, name]));
    return Object.fromEntries(states.map((one) => [names.get(one.state), one]));
  };

  const deliver = async (orderId: string) => {
    const confirm = { ...move(orderId, "PENDING", "CONFIRMED"), tried: {} };
    const requests = [
      confirm,
      move(orderId, "CONFIRMED", "PROCESSING"),
      move(orderId, "PROCESSING", "SHIPPED", shipping),
      move(orderId, "SHIPPED", "DELIVERED", delivery),
    ];
    for (const request of requests) await replica.client.updateStatus(request);
  };

  it("has every state, in the order of the lifecycle, also when nothing was ever ordered", async () => {
    const { states } = await replica.client.summarizeStatuses({});
    expect(states.map(({ state }) => state)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    for (const one of states) {
      expect(one).to.include({ orders: 0n, more: false });
      expect([one.oldestMovedAt, one.medianStayMs, one.p95StayMs]).to.deep.equal([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it("counts who is where, and tells since when the longest waiting is there", async () => {
    const before = Date.now();
    await place("first", "second", "third");
    await replica.client.updateStatus(move("second", "PENDING", "CANCELLED", alice));
    const { PENDING, CANCELLED } = await summary();
    expect(PENDING?.orders).to.equal(2n);
    expect(PENDING?.oldestMovedAt?.getTime()).to.be.within(before, Date.now());
    expect(CANCELLED).to.include({ orders: 1n, more: false });
    expect(CANCELLED?.oldestMovedAt).to.equal(undefined);
  });

  it("tells how long delivered orders stayed in each state, from their journal", async () => {
    await place("one", "two");
    await deliver("one");
    await deliver("two");
    const { transitions } = await replica.client.listTransitions({ orderId: "one" });
    const times = transitions.map(({ occurredAt }) => occurredAt?.getTime() ?? 0);
    const { PENDING, CONFIRMED, DELIVERED } = await summary();
    for (const one of [PENDING, CONFIRMED]) {
      const { medianStayMs = -1n, p95StayMs = -1n } = one ?? {};
      expect(medianStayMs >= 0n && p95StayMs >= medianStayMs).to.equal(true);
    }
    expect(Number(PENDING?.p95StayMs)).to.be.at.least((times[1] ?? 0) - (times[0] ?? 0) - 1);
    expect(DELIVERED?.orders).to.equal(2n);
    expect(DELIVERED?.medianStayMs).to.equal(undefined);
  });

  for (const state of ["CANCELLED", "PENDING"]) {
    it(`counts ${limit} that are ${state}, and says that there are more beyond`, async () => {
      await replica.db.run(manyStatement, [1, limit, state]);
      expect((await summary())[state]).to.include({ orders: BigInt(limit), more: false });
      await replica.db.run(manyStatement, [limit + 1, limit + 1, state]);
      expect((await summary())[state]).to.include({ orders: BigInt(limit), more: true });
    });
  }

  it("says that there may be more in every open state, once open orders are left uncounted", async () => {
    await replica.db.run(manyStatement, [1, limit, "PENDING"]);
    expect((await summary()).SHIPPED).to.include({ orders: 0n, more: false });
    await replica.db.run(manyStatement, [limit + 1, limit + 10, "SHIPPED"]);
    const { PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED, CANCELLED } = await summary();
    const open = [PENDING, CONFIRMED, PROCESSING, SHIPPED];
    expect(open.map((one) => one?.more)).to.deep.equal([true, true, true, true]);
    const ended = [DELIVERED, CANCELLED];
    expect(ended.map((one) => one?.more)).to.deep.equal([false, false]);
  });
});
