import { sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { expect } from "chai";
import { takeDueSendings } from "../src/db/sendingStore.ts";
import { freshDatabase } from "./support/testBed.ts";

/** Mails of as many orders: the first three are due, the others of the first half wait for another attempt, the rest are sent. */
const fillStatement = sql(
  "test_fill_notifications",
  `with told as (
     insert into notifications (order_id, version, user_id, state, subject, text, occurred_at)
     select md5(n::text), 1, 'ada', 'PENDING', '', '', now() from generate_series(1, $1::int) n)
   insert into sendings (order_id, version, channel, state, next_at, traceparent)
   select md5(n::text), 1, 'EMAIL', case when n <= $1 / 2 then 'WAITING' else 'SENT' end,
     now() + case when n between 4 and $1 / 2 then interval '1 h' else interval '0' end, ''
   from generate_series(1, $1::int) n`,
);

describe("looking for mails that are due, among 40,000 notifications", () => {
  it("reads those, and no more", async () => {
    await using db = await freshDatabase();
    await db.run(fillStatement, [40_000]);
    await db.run(sql("test_analyze", "analyze"));
    const rows = await rowsRead(db, async (tx) => {
      const due = { lease: "ours", leaseMs: 60_000, limit: 64 };
      expect(await takeDueSendings(tx, "EMAIL", due)).to.have.length(3);
    });
    expect(rows).to.be.lessThan(50);
  });
});
