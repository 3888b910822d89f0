import { AbandonOutcome } from "@waybill/contracts/order";
import { OrderState } from "@waybill/contracts/status";
import type { Database } from "@waybill/persistence";
import type { FateSources } from "@waybill/tcc";
import { expect } from "chai";
import { FakeProvider } from "./support/fakeProvider.ts";
import {
  cancelIt,
  confirmIt,
  eventually,
  paymentDatabase,
  stateOf,
  submit,
  testApp,
  tryIt,
} from "./support/testBed.ts";

/** A database on which the process "dies": no transaction after the first `survives` ever begins. */
function dyingAfter(db: Database, survives: number): Database {
  let begun = 0;
  return {
    ...db,
    transaction: (work) => {
      begun += 1;
      if (begun > survives) return Promise.reject(new Error("the process is dead"));
      return db.transaction(work);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

describe("a process killed between the provider's answer and its own commit", () => {
  let db: Database;
  before(async () => {
    db = await paymentDatabase();
  });
  after(() => db[Symbol.asyncDispose]());

  const killed = async (provider: FakeProvider, request: ReturnType<typeof tryIt>) => {
    const app = testApp(dyingAfter(db, 1), provider);
    const [result] = await app.operations.submitAll([request]);
    expect(result?.status).to.equal("rejected");
    await app[Symbol.asyncDispose]();
  };

  it("and then the order is cancelled: no authorisation is left", async () => {
    const provider = new FakeProvider();
    await killed(provider, tryIt("dead1"));
    expect(provider.stateOf("dead1")).to.equal("authorized");
    await using app = testApp(db, provider);
    expect(await stateOf(app, "dead1")).to.equal("TRYING");
    expect(await submit(app, cancelIt("dead1"))).to.deep.equal(["done CANCELLED"]);
    expect(provider.stateOf("dead1")).to.equal("voided");
    expect(await submit(app, tryIt("dead1"))).to.deep.equal(["TRANSACTION_CANCELLED"]);
  });

  it("and then the Try is repeated: one authorisation", async () => {
    const provider = new FakeProvider();
    await killed(provider, tryIt("dead2"));
    await using app = testApp(db, provider);
    expect(await submit(app, tryIt("dead2"))).to.deep.equal(["done TRIED"]);
    expect([...provider.held.keys()]).to.deep.equal(["ref-dead2"]);
  });

  it("while it captured: captured once, and never voided", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    await submit(app, tryIt("dead3"));
    await killed(provider, confirmIt("dead3"));
    expect(provider.stateOf("dead3")).to.equal("captured");
    expect(await submit(app, cancelIt("dead3"))).to.deep.equal(["ALREADY_CONFIRMED"]);
    expect(await submit(app, confirmIt("dead3"))).to.deep.equal(["done CONFIRMED"]);
  });

  it("while it voided, and nobody asks again: the settler finishes it", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    await submit(app, tryIt("dead4"));
    await killed(provider, cancelIt("dead4"));
    expect(await stateOf(app, "dead4")).to.equal("CANCELLING");
    await eventually(async () => {
      await app.settle();
      return (await stateOf(app, "dead4")) === "CANCELLED";
    });
  });
});

describe("the settler", () => {
  it("shares its work between replicas and pauses longer and longer", async () => {
    await using db = await paymentDatabase();
    const provider = new FakeProvider();
    let now = new Date("2026-01-01T00:00:00Z");
    const clock = { now: () => now };
    await using one = testApp(db, provider, clock);
    await using two = testApp(db, provider, clock);
    await submit(one, tryIt("s1"));
    provider.breaks.set("void", "before");
    await submit(one, cancelIt("s1"));
    provider.calls.length = 0;
    await Promise.all([one.settle(), two.settle()]);
    expect(provider.calls, "not yet due").to.deep.equal([]);
    const attempts: number[] = [];
    for (let second = 1; second <= 130; second += 1) {
      now = new Date(now.getTime() + 1_000);
      await Promise.all([one.settle(), two.settle()]);
      if (provider.calls.length > 0) attempts.push(second);
      expect(provider.calls.length).to.be.lessThan(2);
      provider.calls.length = 0;
    }
    expect(attempts).to.deep.equal([1, 3, 6, 12, 24, 48, 96]);
  });
});

/** Status and order, as far as they know these orders; "silent" is one that nobody answers for. */
function sourcesKnowing(fates: Readonly<Record<string, OrderState>>): FateSources {
  const failure = (code: number) => ({
    code,
    reason: 0 as const,
    message: "",
    metadata: {},
    fieldViolations: [],
    retryDelay: undefined,
  });
  const status = {
    orderId: "",
    userId: "ada",
    state: OrderState.PENDING as OrderState,
    previousState: OrderState.UNSPECIFIED,
    version: 1,
    tried: true,
    reservationMode: 1,
    total: undefined,
    placedAt: undefined,
    movedAt: undefined,
    expiresAt: undefined,
    reason: "",
    traceparent: "",
  } as const;
  return {
    status: {
      batchGetStatuses: async ({ orderIds }) => ({
        results: orderIds.map((orderId) => {
          const state = fates[orderId];
          return state === undefined
            ? { result: { $case: "failure", value: failure(orderId === "silent" ? 14 : 5) } }
            : { result: { $case: "response", value: { status: { ...status, orderId, state } } } };
        }),
      }),
    },
    order: {
      batchAbandonOrders: async ({ orderIds }) => ({
        results: orderIds.map((orderId) => ({
          result: {
            $case: "response",
            value: {
              outcome: orderId === "stored" ? AbandonOutcome.STORED : AbandonOutcome.ABANDONED,
            },
          },
        })),
      }),
    },
  };
}

describe("a payment that expires undecided", () => {
  const fates: Record<string, OrderState> = {
    confirmed: OrderState.CONFIRMED,
    shipped: OrderState.SHIPPED,
    cancelled: OrderState.CANCELLED,
    crashed: OrderState.CANCELLED,
    pending: OrderState.PENDING,
  };
  const sources = sourcesKnowing(fates);

  it("follows its order's fate, and stays when nobody can tell", async () => {
    await using db = await paymentDatabase();
    const provider = new FakeProvider();
    let now = new Date("2026-01-01T00:00:00Z");
    await using app = testApp(db, provider, { now: () => now, holdExpiryMs: 60_000 });
    provider.breaks.set("crashed:authorize", "after");
    const ids = [...Object.keys(fates), "abandoned", "stored", "silent"];
    await submit(app, ...ids.map((id) => tryIt(id)));
    provider.breaks.clear();

    now = new Date(now.getTime() + 59_000);
    const nothing = { confirmed: 0, cancelled: 0, extended: 0, kept: 0 };
    expect(await app.resolveExpired(sources)).to.deep.equal(nothing);
    now = new Date(now.getTime() + 2_000);
    const resolved = { confirmed: 1, cancelled: 3, extended: 3, kept: 1 };
    expect(await app.resolveExpired(sources)).to.deep.equal(resolved);
    const states = await Promise.all(ids.map((id) => stateOf(app, id)));
    expect(states).to.deep.equal([
      "TRIED", // Its stock may not be deducted yet.
      "CONFIRMED",
      "CANCELLED",
      "CANCELLED",
      "TRIED",
      "CANCELLED",
      "TRIED",
      "TRIED",
    ]);
    expect(provider.stateOf("crashed")).to.equal("voided");
    expect(await app.resolveExpired(sources)).to.deep.equal({ ...nothing, kept: 1 });
  });
});

describe("the purge", () => {
  it("deletes fences that ended long ago, and no others", async () => {
    await using db = await paymentDatabase();
    let now = new Date("2026-01-01T00:00:00Z");
    await using app = testApp(db, new FakeProvider(), { now: () => now, retentionMs: 1_000 });
    const states = { ended: OrderState.DELIVERED, hanging: OrderState.CONFIRMED };
    const { status } = sourcesKnowing(states);
    await submit(app, tryIt("kept"), tryIt("ended"), confirmIt("ended"), cancelIt("blocked"));
    await submit(app, tryIt("hanging"), confirmIt("hanging"));
    await app.purge(status);
    expect(await stateOf(app, "ended")).to.equal("CONFIRMED");
    now = new Date(now.getTime() + 1_001);
    expect((await app.purge(status)).forgotten).to.equal(2);
    expect(await stateOf(app, "ended")).to.equal("no row");
    expect(await stateOf(app, "blocked")).to.equal("no row");
    expect(await stateOf(app, "kept")).to.equal("TRIED");
    expect(await stateOf(app, "hanging"), "its order has not ended").to.equal("CONFIRMED");
  });
});
