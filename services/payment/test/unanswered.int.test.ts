import type { Database } from "@waybill/persistence";
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

describe("a provider that does not answer", () => {
  let db: Database;
  before(async () => {
    db = await paymentDatabase();
  });
  after(() => db[Symbol.asyncDispose]());

  it("holds up nobody else of the batch", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider, { providerPatienceMs: 100 });
    provider.breaks.set("slow:authorize", "silent");
    const started = performance.now();
    const outcomes = await submit(app, tryIt("quick1"), tryIt("slow"), tryIt("quick2"));
    expect(outcomes).to.deep.equal(["done TRIED", "unanswered", "done TRIED"]);
    expect(performance.now() - started).to.be.within(95, 1_000);
  });

  it("is heard when it answers after all, and those who wait are told once", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider, { providerPatienceMs: 20 });
    const { promise: doubt, resolve: decide } = Promise.withResolvers<void>();
    provider.beforeCall = () => doubt;
    provider.answers.set("late-no", "declined");
    const outcomes = await submit(app, tryIt("late-yes"), tryIt("late-no"));
    expect(outcomes).to.deep.equal(["unanswered", "unanswered"]);
    decide();
    await eventually(() => app.published.length === 2);
    expect(await stateOf(app, "late-yes")).to.equal("TRIED");
    expect(await stateOf(app, "late-no")).to.equal("DECLINED");
    const told = app.published.map((event) => [event.transactionId, event.outcome]).sort();
    expect(told).to.deep.equal([
      ["late-no", "DECLINED"],
      ["late-yes", "AUTHORIZED"],
    ]);
    await app.receive([{ transactionId: "late-yes", answer: provider.settle("late-yes") }]);
    expect(app.published).to.have.lengthOf(2);
    expect(await submit(app, tryIt("late-yes"))).to.deep.equal(["replayed TRIED"]);
  });

  it("is asked again by the next Try, with the same key, and may have done it already", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    provider.breaks.set("again:authorize", "after");
    expect(await submit(app, tryIt("again"))).to.deep.equal(["unanswered"]);
    expect(await stateOf(app, "again")).to.equal("TRYING");
    provider.breaks.clear();
    expect(await submit(app, tryIt("again"))).to.deep.equal(["done TRIED"]);
    expect(provider.calls).to.deep.equal(["again:authorize", "again:authorize"]);
  });

  it("counts as unknown after the timeout, never as failed", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider, { providerPatienceMs: 20, providerTimeoutMs: 60 });
    provider.breaks.set("hung:authorize", "silent");
    expect(await submit(app, tryIt("hung"))).to.deep.equal(["unanswered"]);
    await eventually(() => provider.underWay === 0);
    expect(await stateOf(app, "hung")).to.equal("TRYING");
    provider.breaks.clear();
    expect(await submit(app, tryIt("hung"))).to.deep.equal(["done TRIED"]);
  });

  it("is called at most so often at a time", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider, { providerConcurrency: 3 });
    provider.beforeCall = () => new Promise((resolve) => setTimeout(resolve, 2));
    const ids = Array.from({ length: 20 }, (_, index) => `bounded${index}`);
    const outcomes = await submit(app, ...ids.map((id) => tryIt(id)));
    expect(new Set(outcomes)).to.deep.equal(new Set(["done TRIED"]));
    expect(provider.mostUnderWay).to.equal(3);
  });

  it("is not called ever more often by those who ask again and again", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider, { providerPatienceMs: 5 });
    provider.breaks.set("impatient:authorize", "silent");
    for (let round = 0; round < 6; round += 1) await submit(app, tryIt("impatient"));
    expect(provider.underWay).to.equal(2);
  });

  it("leaves a Confirm open, which is repeated with the same key", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    await submit(app, tryIt("capture"));
    provider.breaks.set("capture:capture", "after");
    expect(await submit(app, confirmIt("capture"))).to.deep.equal(["unanswered"]);
    provider.breaks.clear();
    expect(await submit(app, confirmIt("capture"))).to.deep.equal(["done CONFIRMED"]);
    expect(provider.calls.filter((key) => key === "capture:capture")).to.have.lengthOf(2);
  });

  it("leaves a Cancel open, and then nobody sends anything more: no authorisation is left", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    await submit(app, tryIt("leave"));
    provider.breaks.set("leave:void", "before");
    provider.breaks.set("leave2:authorize", "after");
    await submit(app, tryIt("leave2"));
    expect(await submit(app, cancelIt("leave"), cancelIt("leave2"))).to.deep.equal([
      "unanswered",
      "unanswered",
    ]);
    expect(await submit(app, confirmIt("leave"))).to.deep.equal(["TRANSACTION_CANCELLED"]);
    provider.breaks.clear();
    await eventually(async () => {
      await app.settle();
      const states = [await stateOf(app, "leave"), await stateOf(app, "leave2")];
      return states.every((state) => state === "CANCELLED");
    });
    expect(provider.stateOf("leave")).to.equal("voided");
    expect(provider.stateOf("leave2")).to.equal("voided");
  });

  it("and a Confirm that nobody repeats: the money is captured", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    await submit(app, tryIt("alone"));
    provider.breaks.set("alone:capture", "before");
    expect(await submit(app, confirmIt("alone"))).to.deep.equal(["unanswered"]);
    expect(await submit(app, cancelIt("alone"))).to.deep.equal(["ALREADY_CONFIRMED"]);
    provider.breaks.clear();
    await eventually(async () => {
      await app.settle();
      return (await stateOf(app, "alone")) === "CONFIRMED";
    });
    expect(provider.stateOf("alone")).to.equal("captured");
  });
});

describe("an authorisation that was captured at the provider before it was to be voided", () => {
  let db: Database;
  before(async () => {
    db = await paymentDatabase();
  });
  after(() => db[Symbol.asyncDispose]());

  const takeAtProvider = (provider: FakeProvider, transactionId: string) => {
    const held = provider.held.get(`ref-${transactionId}`);
    if (held) held.state = "captured";
  };
  const giveBackAtProvider = (provider: FakeProvider, transactionId: string) => {
    const held = provider.held.get(`ref-${transactionId}`);
    if (held) held.state = "voided";
  };

  it("cannot be cancelled, says why, also after a restart and when the provider is silent", async () => {
    const provider = new FakeProvider();
    const refusal = {
      kind: "refused",
      reason: "ALREADY_CONFIRMED",
      providerReason: "captured",
      transactionId: "taken",
    };
    {
      await using app = testApp(db, provider);
      await submit(app, tryIt("taken"));
      takeAtProvider(provider, "taken");
      expect(await app.operations.submit(cancelIt("taken"))).to.deep.equal(refusal);
    }
    await using app = testApp(db, provider);
    provider.breaks.set("taken:void", "silent");
    expect(await app.operations.submit(cancelIt("taken"))).to.deep.equal(refusal);
    expect(await submit(app, confirmIt("taken"))).to.deep.equal(["TRANSACTION_CANCELLED"]);
    provider.breaks.clear();
    giveBackAtProvider(provider, "taken");
    expect(await submit(app, cancelIt("taken"))).to.deep.equal(["done CANCELLED"]);
  });

  it("is asked for by the settler more and more seldom, and ends when the money was given back", async () => {
    const provider = new FakeProvider();
    let now = new Date("2026-01-01T00:00:00Z");
    await using app = testApp(db, provider, { now: () => now });
    await submit(app, tryIt("seldom"));
    takeAtProvider(provider, "seldom");
    await submit(app, cancelIt("seldom"));
    const attempts: number[] = [];
    const settleUntil = async (last: number) => {
      for (let second = attempts.at(-1) ?? 0; second < last; ) {
        second += 1;
        now = new Date(now.getTime() + 1_000);
        provider.calls.length = 0;
        await app.settle();
        if (provider.calls.length > 0) attempts.push(second);
      }
    };
    await settleUntil(120);
    expect(attempts).to.have.length.within(3, 7);
    attempts.slice(1).forEach((second, index) => {
      const before = attempts[index] ?? 0;
      expect(second - before, `after ${attempts}`).to.be.at.least(Math.min(before, 60));
    });
    giveBackAtProvider(provider, "seldom");
    await settleUntil(240);
    await eventually(async () => (await stateOf(app, "seldom")) === "CANCELLED");
  });
});

describe("an authorisation that the provider dropped", () => {
  let db: Database;
  before(async () => {
    db = await paymentDatabase();
  });
  after(() => db[Symbol.asyncDispose]());

  it("cannot be confirmed, says why, and can be cancelled", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    await submit(app, tryIt("lost"));
    provider.lapsed.add("lost");
    expect(await submit(app, confirmIt("lost"))).to.deep.equal(["AUTHORIZATION_LOST"]);
    expect(await submit(app, confirmIt("lost"))).to.deep.equal(["AUTHORIZATION_LOST"]);
    const record = await app.read("lost");
    expect(record?.payment).to.include({ state: "TRIED", captureRefusal: "lapsed" });
    expect(await submit(app, cancelIt("lost"))).to.deep.equal(["done CANCELLED"]);
  });
});

describe("an answer that comes by itself", () => {
  let db: Database;
  before(async () => {
    db = await paymentDatabase();
  });
  after(() => db[Symbol.asyncDispose]());

  it("authorises what was pending, and tells those who wait", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    provider.answers.set("hook", "pending");
    expect(await submit(app, tryIt("hook"))).to.deep.equal(["unanswered"]);
    await app.receive([{ transactionId: "hook", answer: provider.settle("hook") }]);
    expect(app.published).to.have.lengthOf(1);
    expect(app.published[0]).to.include({ transactionId: "hook", outcome: "AUTHORIZED" });
    expect(await submit(app, tryIt("hook"), confirmIt("hook"))).to.deep.equal([
      "replayed TRIED",
      "done CONFIRMED",
    ]);
  });

  it("for a cancelled payment is voided at once", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    provider.answers.set("tooLate", "declined");
    await submit(app, tryIt("tooLate"), cancelIt("tooLate"));
    // The provider broke its word that it had declined.
    provider.held.set("ref-tooLate", { transactionId: "tooLate", state: "authorized" });
    const answer = { kind: "authorized", reference: "ref-tooLate" } as const;
    await app.receive([{ transactionId: "tooLate", answer }]);
    await eventually(() => provider.stateOf("tooLate") === "voided");
    await eventually(async () => (await stateOf(app, "tooLate")) === "CANCELLED");
    expect(app.published).to.have.lengthOf(0);
  });

  it("for a payment whose pending authorisation was voided changes nothing", async () => {
    const provider = new FakeProvider();
    await using app = testApp(db, provider);
    provider.answers.set("voided", "pending");
    await submit(app, tryIt("voided"), cancelIt("voided"));
    expect(provider.stateOf("voided")).to.equal("voided");
    await app.receive([{ transactionId: "voided", answer: provider.settle("voided") }]);
    expect(await stateOf(app, "voided")).to.equal("CANCELLED");
    expect(app.published).to.have.lengthOf(0);
  });

  it("for an unknown payment is taken and forgotten", async () => {
    await using app = testApp(db, new FakeProvider());
    const answer = { kind: "authorized", reference: "r" } as const;
    await app.receive([{ transactionId: "nobodys", answer }]);
    expect(await stateOf(app, "nobodys")).to.equal("no row");
  });
});
