import { AbandonOutcome } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import { type Database, sql } from "@waybill/persistence";
import type { FateSources } from "@waybill/tcc";
import { expect } from "chai";
import type { ItemApp } from "../src/app/itemApp.ts";
import { expectBalanced, inOneBatch, nobody, openApp, stockItem, stockOf } from "./support.ts";

const holdExpiryMs = 60_000;
const expired = () => new Date(Date.now() + holdExpiryMs + 1);

/** Status and order, as far as they know these orders: a state, or what order settles of an unknown one. */
function knowing(fates: Record<string, OrderState | keyof typeof AbandonOutcome>): FateSources {
  const failure = (code: number) => ({ $case: "failure" as const, value: { code } as never });
  return {
    status: {
      batchGetStatuses: async ({ orderIds }) => ({
        results: orderIds.map((id) => {
          const state = fates[id];
          if (typeof state !== "number") return { result: failure(5) };
          return { result: { $case: "response", value: { status: { state } as never } } };
        }),
      }),
    },
    order: {
      batchAbandonOrders: async ({ orderIds }) => ({
        results: orderIds.map((id) => {
          const outcome = fates[id];
          if (typeof outcome !== "string") return { result: failure(14) };
          return { result: { $case: "response", value: { outcome: AbandonOutcome[outcome] } } };
        }),
      }),
    },
  };
}

async function stateOf(app: ItemApp, transactionId: string): Promise<string | undefined> {
  return (await app.findReservation(transactionId))?.state;
}

describe("expired holds", () => {
  const fates: [string, OrderState | keyof typeof AbandonOutcome, string, string][] = [
    ["pending", OrderState.PENDING, "TRIED", "1/1"],
    ["confirmed", OrderState.CONFIRMED, "CONFIRMED", "0/0"],
    ["delivered", OrderState.DELIVERED, "CONFIRMED", "0/0"],
    ["cancelled", OrderState.CANCELLED, "CANCELLED", "0/1"],
    ["abandoned", "ABANDONED", "CANCELLED", "0/1"],
    ["stored", "STORED", "TRIED", "1/1"],
    ["unclear", "UNSPECIFIED", "TRIED", "1/1"],
  ];

  it("go the way of their orders", async () => {
    let now = new Date();
    const sources = knowing(Object.fromEntries(fates.map(([id, fate]) => [id, fate])));
    await using opened = await openApp({ ...sources, now: () => now, holdExpiryMs });
    const { app, db } = opened;
    for (const [id] of fates) {
      await stockItem(app, id, 1);
      await inOneBatch(app, `try ${id} ${id}:1`);
    }
    const none = await app.resolveExpiredHolds();
    expect(none).to.deep.equal({ confirmed: 0, cancelled: 0, extended: 0, kept: 0 });

    now = expired();
    const resolution = await app.resolveExpiredHolds();
    expect(resolution).to.deep.equal({ confirmed: 2, cancelled: 2, extended: 2, kept: 1 });
    for (const [id, , state, stock] of fates) {
      expect(await stateOf(app, id), id).to.equal(state);
      expect(await stockOf(app, id), id).to.equal(stock);
    }
    await expectBalanced(db);

    const expiry = async (id: string) => (await app.findReservation(id))?.expiresAt?.getTime();
    expect(await expiry("pending")).to.equal(now.getTime() + holdExpiryMs);
    expect(await expiry("unclear")).to.be.below(now.getTime());
    const again = await app.resolveExpiredHolds();
    expect(again).to.deep.equal({ confirmed: 0, cancelled: 0, extended: 0, kept: 1 });
  });

  it("are kept, whatever their age, while nobody answers", async () => {
    let now = new Date();
    await using opened = await openApp({ ...nobody, now: () => now, holdExpiryMs });
    await stockItem(opened.app, "a", 1);
    await inOneBatch(opened.app, "try t a:1");
    now = new Date(now.getTime() + 1000 * holdExpiryMs);
    expect((await opened.app.resolveExpiredHolds()).kept).to.equal(1);
    expect(await stockOf(opened.app, "a")).to.equal("1/1");
  });

  it("are kept while only order could tell and does not answer", async () => {
    let now = new Date();
    const { status } = knowing({});
    await using opened = await openApp({ ...nobody, status, now: () => now, holdExpiryMs });
    await stockItem(opened.app, "a", 1);
    await inOneBatch(opened.app, "try t a:1");
    now = expired();
    expect((await opened.app.resolveExpiredHolds()).kept).to.equal(1);
    expect(await stockOf(opened.app, "a")).to.equal("1/1");
  });

  it("are resolved by hundreds, on two instances at once", async () => {
    let now = new Date();
    const ids = Array.from({ length: 300 }, (_, n) => `t${n}`);
    const sources = knowing(Object.fromEntries(ids.map((id) => [id, OrderState.CANCELLED])));
    const options = { ...sources, now: () => now, holdExpiryMs };
    await using one = await openApp(options);
    await using other = await openApp({ ...options, url: one.url });
    await stockItem(one.app, "a", 300);
    await inOneBatch(one.app, ...ids.map((id) => `try ${id} a:1`));
    now = expired();
    const resolutions = await Promise.all([one, other].map(({ app }) => app.resolveExpiredHolds()));
    expect(resolutions.map((it) => it.kept)).to.deep.equal([0, 0]);
    expect(await stockOf(one.app, "a")).to.equal("0/300");
    await expectBalanced(one.db);
  });
});

describe("purging reservations", () => {
  const dayMs = 24 * 60 * 60 * 1000;
  const count = sql("test_count", "select count(*)::int as count from reservations");
  const countOf = async (db: Database) => (await db.rows<{ count: number }>(count))[0]?.count;

  it("deletes those that ended long ago, never tried ones, and the books still balance", async () => {
    let now = new Date(Date.now() - 40 * dayMs);
    const states = {
      c1: OrderState.DELIVERED,
      c2: OrderState.DELIVERED,
      x: OrderState.CANCELLED,
      hanging: OrderState.CONFIRMED,
      young: OrderState.DELIVERED,
    };
    await using opened = await openApp({ ...knowing(states), now: () => now });
    const { app, db } = opened;
    await stockItem(app, "a", 10);
    await inOneBatch(
      app,
      "try hanging a:1",
      "try unknown a:1",
      "try c1 a:2",
      "try c2 a:1",
      "try x a:3",
      "try open a:1",
      "cancel blocked",
    );
    await inOneBatch(app, "confirm c1", "confirm c2", "cancel x", "confirm hanging");
    await inOneBatch(app, "confirm unknown");
    now = new Date();
    await inOneBatch(app, "try young a:1", "confirm young");

    const endedBefore = new Date(now.getTime() - 30 * dayMs);
    expect((await app.purgeReservations(endedBefore)).forgotten).to.equal(4);
    expect((await app.purgeReservations(endedBefore)).forgotten).to.equal(0);
    expect(await countOf(db)).to.equal(4);
    expect(await stateOf(app, "open")).to.equal("TRIED");
    expect(await stateOf(app, "hanging"), "its order has not ended").to.equal("CONFIRMED");
    expect(await stateOf(app, "unknown"), "a contradiction").to.equal("CONFIRMED");
    expect(await stockOf(app, "a")).to.equal("1/4");
    await expectBalanced(db);
  });

  it("goes on behind hundreds whose orders hang, and deletes nothing while status is away", async () => {
    let now = new Date(Date.now() - 40 * dayMs);
    const hanging = Array.from({ length: 256 }, (_, n) => `hanging-${n}`);
    const states = Object.fromEntries(hanging.map((id) => [id, OrderState.CONFIRMED]));
    const sources = knowing({ ...states, ended: OrderState.CANCELLED });
    let isAway = true;
    const status: FateSources["status"] = {
      batchGetStatuses: (asked) => (isAway ? nobody : sources).status.batchGetStatuses(asked),
    };
    await using opened = await openApp({ ...sources, status, now: () => now });
    const { app, db } = opened;
    await inOneBatch(app, ...hanging.map((id) => `cancel ${id}`));
    now = new Date(now.getTime() + 1);
    await inOneBatch(app, "cancel ended");
    now = new Date();
    const failure = await app.purgeReservations(now).catch((error: unknown) => error);
    expect(String(failure)).to.include("status is down");
    expect(await countOf(db)).to.equal(257);
    isAway = false;
    expect((await app.purgeReservations(now)).forgotten).to.equal(1);
    expect(await countOf(db)).to.equal(256);
  });
});
