import { type Database, sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { expect } from "chai";
import { listPayments, type PaymentFilter } from "../src/db/paymentList.ts";
import type { PaymentStateName } from "../src/domain/payment.ts";
import { paymentDatabase } from "./support/testBed.ts";

/** Each a second older than the one before. */
const fillStatement = sql(
  "test_fill_payments",
  `insert into payments (transaction_id, state, content_hash, user_id, amount_minor, currency, payment_method,
     provider_reference, expires_at, traceparent, created_at, updated_at)
   select $1 || n, $2, '', case when n % 2 = 1 then 'ada' else 'bob' end, 1, 'EUR', 'pm_ok', 'ref', now(), '',
     now() - n * interval '1 s', now()
   from generate_series(1, $3::int) n`,
);
const analyzeStatement = sql("test_analyze", "analyze");

/** What few payments may cost, however many others there are. Unit: rows. */
const few = 100;

describe("a list of payments, while 5,000 are captured", () => {
  let db: Database;

  before(async () => {
    db = await paymentDatabase();
    const fill = (name: string, state: PaymentStateName, count: number) =>
      db.run(fillStatement, [name, state, count]);
    await fill("captured", "CONFIRMED", 5_000);
    await fill("stuck", "CANCELLING", 3);
    await fill("held", "TRIED", 4);
    await fill("taking", "CONFIRMING", 1);
    await db.run(analyzeStatement);
  });

  after(() => db[Symbol.asyncDispose]());

  const table: readonly [string, PaymentFilter, number][] = [
    ["of an open state", { states: ["CANCELLING"] }, 3],
    ["of the states that are told as one", { states: ["TRIED", "CONFIRMING"] }, 5],
    ["of an open state of one user", { userId: "ada", states: ["CANCELLING"] }, 2],
    ["of one user", { userId: "ada" }, 20],
    ["of all", {}, 20],
  ];
  for (const [name, filter, count] of table) {
    it(`${name} reads what it shows, and little more`, async () => {
      const limit = 20;
      const rows = await rowsRead(db, async (tx) => {
        const shown = await listPayments(tx, filter, undefined, limit);
        expect(shown).to.have.length(count);
        const last = shown.at(-1);
        if (last === undefined) return;
        const { createdAt, payment } = last;
        const after = { createdAt, transactionId: payment.transactionId };
        const next = await listPayments(tx, filter, after, limit);
        expect(next).to.have.length(count === limit ? limit : 0);
      });
      expect(rows).to.be.lessThan(few);
    });
  }
});
