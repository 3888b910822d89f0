import type { Database } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import { expect } from "chai";
import type { LateAnswer } from "../src/domain/provider.ts";
import { lockAccounts, markCalledBack } from "../src/provider/ledger.ts";
import type { SimulatedProvider } from "../src/provider/simulatedProvider.ts";
import { eventually, providerDatabase, simulated } from "./support/testBed.ts";

const entriesOf = sql(
  "test_entries",
  "select kind from ledger where transaction_id = $1 order by at, kind",
);
/** In the table one lies before the other, against the order of their references. */
const openBackwards = sql(
  "test_open_backwards",
  `insert into authorizations
   select 'ref-' || name, name, name, 1, 'EUR', 'pm_pending', 'authorized', now(), now(), now(), ''
   from unnest(array['b', 'a']) as name`,
);
const lockAtOnce = sql(
  "test_lock_account_at_once",
  "select 1 from authorizations where reference = $1 for no key update nowait",
);
const waiting = sql(
  "test_waiting_statements",
  `select count(*)::int as statements from pg_stat_activity
   where datname = current_database() and wait_event_type = 'Lock'`,
);

describe("accounts that are marked as called back", () => {
  it("are waited for in the order of their references, as everywhere", async () => {
    await using books = await providerDatabase();
    await books.run(openBackwards);
    let marked: Promise<void> | undefined;
    await books.transaction(async (tx) => {
      await lockAccounts(tx, ["ref-a"]);
      marked = markCalledBack(books, ["ref-b", "ref-a"]);
      await eventually(async () => {
        const [found] = await books.rows<{ statements: number }>(waiting);
        return found?.statements === 1;
      });
      await tx.rows(lockAtOnce, ["ref-b"]);
    });
    await marked;
  });
});

describe("the simulated provider", () => {
  let db: Database;
  let provider: SimulatedProvider;
  const signal = new AbortController().signal;
  const amount = { minorUnits: 500n, currency: "EUR" };
  const authorize = (id: string, paymentMethod: string, within = signal) =>
    provider.authorize(
      { key: `${id}:authorize`, transactionId: id, userId: "ada", amount, paymentMethod },
      within,
    );
  const referenceOf = async (id: string, method: string) => {
    const answer = await authorize(id, method);
    if (answer.kind === "declined") throw new Error("declined");
    return answer.reference;
  };
  const capture = (id: string, reference: string) =>
    provider.capture({ key: `${id}:capture`, reference, amount }, signal);
  const cancel = (id: string, reference: string) =>
    provider.void({ key: `${id}:void`, reference }, signal);
  const ledgerOf = async (id: string) =>
    (await db.rows<{ kind: string }>(entriesOf, [id])).map((row) => row.kind);

  before(async () => {
    db = await providerDatabase();
    provider = simulated(db);
  });
  after(async () => {
    await provider[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  it("knows its methods and no others", () => {
    for (const method of ["ok", "declined", "pending", "slow", "flaky", "timeout"]) {
      expect(provider.accepts(`pm_${method}`)).to.equal(true);
    }
    for (const method of ["", "pm_unspecified", "PM_OK", "card", "toString"]) {
      expect(provider.accepts(method)).to.equal(false);
    }
  });

  it("pm_ok: authorised at once, captured once, by each key once", async () => {
    const reference = await referenceOf("ok", "pm_ok");
    expect(await authorize("ok", "pm_ok")).to.deep.equal({ kind: "authorized", reference });
    expect(await capture("ok", reference)).to.deep.equal({ kind: "captured" });
    expect(await capture("ok", reference)).to.deep.equal({ kind: "captured" });
    expect(await capture("other", reference)).to.include({ kind: "captureRefused" });
    expect(await cancel("ok", reference)).to.include({ kind: "voidRefused" });
    expect(await ledgerOf("ok")).to.deep.equal(["authorized", "captured"]);
  });

  it("voids once, and never captures what is voided", async () => {
    const reference = await referenceOf("void", "pm_ok");
    expect(await cancel("void", reference)).to.deep.equal({ kind: "voided", reference });
    expect(await cancel("void", reference)).to.deep.equal({ kind: "voided", reference });
    expect(await capture("void", reference)).to.include({ kind: "captureRefused" });
    expect(await authorize("void", "pm_ok")).to.include({ kind: "authorized" });
    expect(await ledgerOf("void")).to.deep.equal(["authorized", "voided"]);
  });

  it("pm_declined: declined, again and again, and nothing is left to void", async () => {
    const declined = { kind: "declined", reason: "insufficient funds" };
    expect(await authorize("no", "pm_declined")).to.deep.equal(declined);
    expect(await authorize("no", "pm_declined")).to.deep.equal(declined);
    expect(await ledgerOf("no")).to.deep.equal(["declined"]);
  });

  it("pm_pending: authorised later, called back until it is taken, also after a restart", async () => {
    expect(await authorize("later", "pm_pending")).to.include({ kind: "pending" });
    await provider[Symbol.asyncDispose]();
    provider = simulated(db);
    const taken: LateAnswer[] = [];
    await eventually(async () => {
      await provider.callBack(async (answers) => {
        taken.push(...answers);
      });
      return taken.length > 0;
    });
    expect(taken[0]).to.have.nested.property("answer.kind", "authorized");
    expect(await authorize("later", "pm_pending")).to.include({ kind: "authorized" });
    expect(await ledgerOf("later")).to.deep.equal(["pending", "authorized"]);
  });

  it("calls back again what was not taken, and only once what was", async () => {
    let now = new Date();
    await using clocked = (
      await import("../src/provider/simulatedProvider.ts")
    ).createSimulatedProvider({ db, delays: { pendingMs: 0, slowMs: 0 }, now: () => now });
    const request = { key: "deaf:authorize", transactionId: "deaf", userId: "ada", amount };
    await clocked.authorize({ ...request, paymentMethod: "pm_pending" }, signal);
    const refused = await clocked
      .callBack(() => Promise.reject(new Error("payment is down")))
      .catch((error: Error) => error.message);
    expect(refused).to.equal("payment is down");
    let heard = 0;
    const listen = async () => {
      heard += 1;
    };
    await clocked.callBack(listen);
    expect(heard).to.equal(0);
    now = new Date(now.getTime() + 6_000);
    await clocked.callBack(listen);
    await clocked.callBack(listen);
    expect(heard).to.equal(1);
  });

  it("pm_pending voided: never authorised any more", async () => {
    const reference = await referenceOf("never", "pm_pending");
    await cancel("never", reference);
    await new Promise((resolve) => setTimeout(resolve, 350)); // Beyond its delay.
    await provider.callBack(async (answers) => {
      expect(answers.map(({ transactionId }) => transactionId)).not.to.include("never");
    });
    expect(await ledgerOf("never")).to.deep.equal(["pending", "voided"]);
  });

  it("pm_slow: answers after its time, also to those who ask meanwhile", async () => {
    const started = performance.now();
    await Promise.all([authorize("slow", "pm_slow"), authorize("slow", "pm_slow")]);
    expect(performance.now() - started).to.be.within(350, 2_000);
    expect(await ledgerOf("slow")).to.deep.equal(["authorized"]);
  });

  it("pm_flaky: each key fails twice, then does it", async () => {
    const attempts = async (call: () => Promise<unknown>) => {
      for (let failures = 0; ; failures += 1) {
        const failed = await call().then(
          () => false,
          () => true,
        );
        if (!failed) return failures;
      }
    };
    expect(await attempts(() => authorize("flaky", "pm_flaky"))).to.equal(2);
    const reference = await referenceOf("flaky", "pm_flaky");
    expect(await attempts(() => capture("flaky", reference))).to.equal(2);
    expect(await ledgerOf("flaky")).to.deep.equal(["authorized", "captured"]);
  });

  it("pm_timeout: does it but never answers; asked again, it answers at once", async () => {
    const silence = await authorize("mute", "pm_timeout", AbortSignal.timeout(50)).catch(
      (error: Error) => error.name,
    );
    expect(silence).to.equal("TimeoutError");
    expect(await ledgerOf("mute")).to.deep.equal(["authorized"]);
    expect(await authorize("mute", "pm_timeout")).to.include({ kind: "authorized" });
  });

  it("serves equal keys and all steps of one payment in one batch", async () => {
    const reference = await referenceOf("batch", "pm_ok");
    const answers = await Promise.all([
      authorize("batch2", "pm_ok"),
      authorize("batch2", "pm_ok"),
      capture("batch", reference),
      cancel("batch", reference),
      capture("batch", reference),
    ]);
    expect(answers.map(({ kind }) => kind)).to.deep.equal([
      "authorized",
      "authorized",
      "captured",
      "voidRefused",
      "captured",
    ]);
    expect(await ledgerOf("batch2")).to.deep.equal(["authorized"]);
    expect(await ledgerOf("batch")).to.deep.equal(["authorized", "captured"]);
  });
});
