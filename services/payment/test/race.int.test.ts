import type { Database } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import { extendPayments } from "../src/db/duePayments.ts";
import { lockPayments } from "../src/db/payments.ts";
import type { PaymentProvider } from "../src/domain/provider.ts";
import { auditLedger } from "./support/audit.ts";
import {
  cancelIt,
  confirmIt,
  eventually,
  paymentDatabase,
  providerDatabase,
  simulated,
  submit,
  type TestApp,
  testApp,
  tryIt,
} from "./support/testBed.ts";

/** A small generator (mulberry32), so that a failure can be repeated: set SEED. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The way to a provider: cut off now and then, before or after the call did its work, and of uneven length. */
function unreliable(provider: PaymentProvider, random: () => number): PaymentProvider {
  const over = async <T>(call: () => Promise<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, random() * 15));
    if (random() < 0.1) throw new Error("cut off on the way");
    const answer = await call();
    await new Promise((resolve) => setTimeout(resolve, random() * 15));
    if (random() < 0.1) throw new Error("cut off on the way back");
    return answer;
  };
  return {
    accepts: provider.accepts,
    authorize: (request, signal) => over(() => provider.authorize(request, signal)),
    capture: (request, signal) => over(() => provider.capture(request, signal)),
    void: (request, signal) => over(() => provider.void(request, signal)),
  };
}

const lockAtOnce = sql(
  "test_lock_at_once",
  "select 1 from payments where transaction_id = $1 for no key update nowait",
);

const methods = ["pm_ok", "pm_ok", "pm_declined", "pm_pending", "pm_flaky", "pm_timeout"] as const;
/** Confirms and Cancels of what is tried are worth more than Cancels of what is not. */
const operations = [tryIt, tryIt, tryIt, confirmIt, confirmIt, cancelIt];

describe("Try, Confirm and Cancel racing on two replicas", () => {
  let db: Database;
  let books: Database;
  before(async () => {
    db = await paymentDatabase();
    books = await providerDatabase();
  });
  after(async () => {
    await db[Symbol.asyncDispose]();
    await books[Symbol.asyncDispose]();
  });

  it("wait for each other in one order, also when a batch is extended", async () => {
    await using provider = simulated(books);
    await using app = testApp(db, provider);
    // In the table one lies before the other, against the order of their ids.
    await submit(app, tryIt("order-b"));
    await submit(app, tryIt("order-a"));
    let extended: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      await lockPayments(tx, ["order-a"]);
      extended = extendPayments(db, ["order-b", "order-a"], new Date());
      await new Promise((resolve) => setTimeout(resolve, 300));
      await tx.rows(lockAtOnce, ["order-b"]);
    });
    await extended;
  });

  it("authorise once what is tried twenty times at once", async () => {
    await using provider = simulated(books);
    await using one = testApp(db, provider);
    await using two = testApp(db, provider);
    for (let wave = 0; wave < 10; wave += 1) {
      const ids = [`many${wave}a`, `many${wave}b`, `many${wave}c`];
      const tries = ids.map((id) => tryIt(id));
      const rivals = [one, two].flatMap((app) => [submit(app, ...tries), submit(app, ...tries)]);
      const outcomes = (await Promise.all(rivals)).flat();
      expect(outcomes.every((outcome) => outcome.endsWith(" TRIED"))).to.equal(true);
      const ledger = await auditLedger(books);
      for (const id of ids) expect(ledger.get(id)).to.include({ authorisations: 1, open: 1 });
    }
  });

  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  it(`never charge what is cancelled, nor void what is captured (SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const ids = Array.from({ length: 60 }, (_, index) => `race${index}`);
    const methodOf = new Map(ids.map((id) => [id, pick(methods)]));
    await using provider = simulated(books, { pendingMs: 60, slowMs: 30 });
    const impatient = { providerPatienceMs: 15, providerTimeoutMs: 100, settleAfterMs: 100 };
    await using one = testApp(db, unreliable(provider, random), impatient);
    await using two = testApp(db, unreliable(provider, random), impatient);
    const apps = [one, two];

    const answered = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
    const operate = async (app: TestApp): Promise<void> => {
      const requests = Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
        const id = pick(ids);
        return pick(operations)(id, methodOf.get(id));
      });
      const outcomes = await submit(app, ...requests);
      requests.forEach((request, index) => {
        answered.get(request.operation.transactionId)?.add(outcomes[index] as string);
      });
    };
    for (let wave = 0; wave < 30; wave += 1) {
      const work = [1, 2, 3, 4].map(() => operate(pick(apps)));
      const webhook = provider.callBack(pick(apps).receive);
      await Promise.all([...work, webhook, pick(apps).settle()]);
    }
    await endAll(apps, ids);

    const ledger = await auditLedger(books);
    for (const id of ids) {
      const said = answered.get(id) ?? new Set();
      const state = (await one.read(id))?.payment.state;
      const money = ledger.get(id) ?? { captured: 0, voided: 0, open: 0 };
      const story = `${id} (${methodOf.get(id)}) ${state}: ${JSON.stringify(money)}, ${[...said]}`;
      expect(money.open, story).to.equal(0);
      if (state === "CONFIRMED") expect(money, story).to.include({ captured: 1, voided: 0 });
      else expect(money.captured, story).to.equal(0);
      const confirmed = said.has("done CONFIRMED") || said.has("replayed CONFIRMED");
      const cancelled = said.has("done CANCELLED") || said.has("replayed CANCELLED");
      expect(confirmed && cancelled, story).to.equal(false);
    }
  });

  /** Nobody asks for anything new; every payment is cancelled that can be, and what is open is settled. */
  const endAll = async (apps: readonly TestApp[], ids: readonly string[]) => {
    const [app] = apps as [TestApp];
    const ends = new Set(["CONFIRMED", "CANCELLED", "BLOCKED"]);
    await eventually(async () => {
      await submit(app, ...ids.map((id) => cancelIt(id)));
      await app.settle();
      const states = await Promise.all(ids.map((id) => app.read(id)));
      return states.every((record) => ends.has(record?.payment.state ?? ""));
    }, 20_000);
  };
});
