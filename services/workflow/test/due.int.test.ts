import { sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { summarizeProcesses } from "../src/db/readProcesses.ts";
import { claimDue, earliestDue } from "../src/db/takeProcesses.ts";
import { openTable } from "./support/replica.ts";

/** Orders that wait to be decided, a second later each; the first three are due, and the first one is stuck. */
const fillStatement = sql(
  "test_fill_processes",
  `insert into processes (order_id, step, rank, state, since, next_at, attempts, failing_since, last_error,
     last_reason, placed_at, reservation_mode, user_id, traceparent)
   select n, 'DECIDE', 2, case when n = 1 then 'STUCK' else 'WAITING' end, now(),
     $1::timestamptz + (n - 3) * interval '1 s', 0, case when n <= 2 then $1 - n * interval '1 min' end, '',
     '', now(), 'HELD', 'ada', ''
   from generate_series(1, $2::int) n`,
);

describe("a step in which many orders wait", () => {
  const now = new Date();

  const withWaiting = async (count: number) => {
    const db = await openTable(await (await testServers()).databaseUrl("workflow"));
    await db.run(fillStatement, [now, count]);
    await db.run(sql("test_analyze", "analyze"));
    return db;
  };

  it("has a timer that reads those that are due, and no more", async () => {
    await using db = await withWaiting(5_000);
    const leaseEnd = new Date(now.getTime() + 30_000);
    const rows = await rowsRead(db, async (tx) => {
      expect(await claimDue(tx, "DECIDE", now, leaseEnd, 256)).to.have.length(3);
      const next = await earliestDue(tx, "DECIDE", now);
      expect(next).to.deep.equal(new Date(now.getTime() + 1_000));
    });
    expect(rows).to.be.lessThan(50);
  });

  it("is counted up to 100,000, and apart from that what fails in it", async () => {
    await using db = await withWaiting(100_010);
    const summaries = await summarizeProcesses(db);
    expect([...summaries]).to.deep.equal([
      [
        "DECIDE",
        {
          waiting: 100_000,
          stuck: 1,
          retrying: 2,
          failingSince: new Date(now.getTime() - 120_000),
        },
      ],
    ]);
  });
});
