import { type Database, sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { expect } from "chai";
import { claimUnsettled, countExpired, expiredPayments } from "../src/db/duePayments.ts";
import { matureAccounts } from "../src/provider/ledger.ts";
import { FakeProvider } from "./support/fakeProvider.ts";
import {
  confirmIt,
  paymentDatabase,
  providerDatabase,
  submit,
  testApp,
  tryIt,
} from "./support/testBed.ts";

const open = 5_000;
/** What few due payments may cost, however many are open. Unit: rows. */
const few = 50;

const fillStatement = sql(
  "test_fill_payments",
  `insert into payments (transaction_id, state, content_hash, user_id, amount_minor, currency, payment_method,
     provider_reference, expires_at, traceparent, created_at, updated_at)
   select $1 || n, $2, '', 'ada', 1, 'EUR', 'pm_ok', 'ref', $3::timestamptz + n * interval '1 ms', '', now(), now()
   from generate_series(1, $4::int) n`,
);
const analyzeStatement = sql("test_analyze", "analyze");

const from = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

describe("looking for what is due, while 5,000 payments are open", () => {
  const now = new Date();
  let db: Database;

  /** Adds payments in this state, to be looked at from `ms` from now on. */
  const fill = (name: string, state: string, ms: number, count: number) =>
    db.run(fillStatement, [name, state, from(now, ms), count]);

  beforeEach(async () => {
    db = await paymentDatabase();
    await fill("waiting", "PENDING", 60_000, open);
    await db.run(analyzeStatement);
  });

  afterEach(() => db[Symbol.asyncDispose]());

  it("reads what is left to be settled, and no more", async () => {
    await fill("left", "CANCELLING", -60_000, 3);
    await fill("later", "CONFIRMING", 60_000, open);
    const rows = await rowsRead(db, async (tx) => {
      expect(await claimUnsettled(tx, now, 256)).to.have.length(3);
    });
    expect(rows).to.be.lessThan(few);
  });

  it("reads nothing to settle of what expired undecided and is kept", async () => {
    await fill("kept", "TRIED", -60_000, open);
    const rows = await rowsRead(db, (tx) => claimUnsettled(tx, now, 256));
    expect(rows).to.be.lessThan(few);
  });

  it("reads and counts what expired undecided, and no more", async () => {
    await fill("expired", "TRIED", -60_000, 3);
    await fill("left", "CONFIRMING", -60_000, open);
    const rows = await rowsRead(db, async (tx) => {
      expect(await expiredPayments(tx, now, undefined, 256)).to.have.length(3);
      expect(await countExpired(tx, now)).to.equal(3);
    });
    expect(rows).to.be.lessThan(few);
  });
});

describe("calling back, while the provider has 5,000 authorisations", () => {
  const openStatement = sql(
    "test_open_authorizations",
    `insert into authorizations
     select 'ref' || n, 'key' || n, 'id' || n, 1, 'EUR', 'pm_pending', 'pending', null, now(),
       now() + case when n <= 3 then interval '-1 min' else interval '1 min' end, ''
     from generate_series(1, $1::int) n`,
  );

  it("reads those that are due, and no more", async () => {
    await using db = await providerDatabase();
    await db.run(openStatement, [open]);
    await db.run(analyzeStatement);
    const rows = await rowsRead(db, async (tx) => {
      expect(await matureAccounts(tx, new Date(), from(new Date(), 5_000), 256)).to.have.length(3);
    });
    expect(rows).to.be.lessThan(few);
  });
});

describe("the expiry of a payment", () => {
  it("stays while it is undecided, so that its updates are heap-only; and is new once it is decided", async () => {
    await using db = await paymentDatabase();
    const provider = new FakeProvider();
    let now = new Date("2026-01-01T00:00:00Z");
    const holdExpiryMs = 60_000;
    await using app = testApp(db, provider, { now: () => now, holdExpiryMs });
    const expiry = async () => (await app.read("p"))?.expiresAt;
    provider.breaks.set("authorize", "before");
    await submit(app, tryIt("p"));
    const asTrying = from(now, holdExpiryMs);
    expect(await expiry()).to.deep.equal(asTrying);
    provider.breaks.clear();
    now = from(now, 10_000);
    expect(await submit(app, tryIt("p"))).to.deep.equal(["done TRIED"]);
    expect(await expiry()).to.deep.equal(asTrying);
    provider.breaks.set("capture", "before");
    await submit(app, confirmIt("p"));
    expect(await expiry()).to.deep.equal(from(now, 200));
  });
});
