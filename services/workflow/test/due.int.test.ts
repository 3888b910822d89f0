import { type Database, sql } from "@waybill/persistence";
import { rowsRead } from "@waybill/persistence/testing";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { type ProcessFilter, readProcesses, summarizeProcesses } from "../src/db/readProcesses.ts";
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

describe("a list of processes, while 5,000 wait", () => {
  const fillStepStatement = sql(
    "test_fill_step",
    `insert into processes (order_id, step, rank, state, since, next_at, attempts, failing_since, last_error,
       last_reason, placed_at, reservation_mode, user_id, traceparent)
     select $1 || '-' || n, $1, $2, $3, now() + n * interval '1 s', now(), 0,
       case when $3 = 'STUCK' then now() end, '', '', now(), 'HELD', 'ada', ''
     from generate_series(1, $4::int) n`,
  );
  let db: Database;

  before(async () => {
    db = await openTable(await (await testServers()).databaseUrl("workflow"));
    const fill = (step: string, rank: number, state: string, count: number) =>
      db.run(fillStepStatement, [step, rank, state, count]);
    await fill("DECIDE", 2, "WAITING", 5_000);
    await fill("TRY", 1, "WAITING", 4);
    await fill("CONFIRM", 3, "STUCK", 3);
    await fill("CANCEL", 4, "STUCK", 2);
    await db.run(sql("test_analyze", "analyze"));
  });

  after(() => db[Symbol.asyncDispose]());

  const limit = 20;
  const table: readonly [string, ProcessFilter, number][] = [
    ["of all", { state: undefined, step: undefined }, limit],
    ["of those that wait", { state: "WAITING", step: undefined }, limit],
    ["of those that are stuck", { state: "STUCK", step: undefined }, 5],
    ["of a step with few", { state: undefined, step: "TRY" }, 4],
    ["of a step with many", { state: undefined, step: "DECIDE" }, limit],
    ["of those that are stuck in a step", { state: "STUCK", step: "CANCEL" }, 2],
    ["of those that are stuck in a step with none", { state: "STUCK", step: "DECIDE" }, 0],
  ];
  for (const [name, filter, count] of table) {
    it(`${name} reads what it shows, and little more`, async () => {
      const rows = await rowsRead(db, async (tx) => {
        expect(await readProcesses(tx, filter, undefined, limit)).to.have.length(count);
      });
      expect(rows).to.be.lessThan(50);
    });
  }

  it("reads none of the pages before again", async () => {
    const all: ProcessFilter = { state: undefined, step: undefined };
    const [last] = (await readProcesses(db, all, undefined, 4_000)).slice(-1);
    if (last === undefined) throw new Error("no process");
    const after = { since: last.since, orderId: last.order.orderId };
    const rows = await rowsRead(db, async (tx) => {
      const next = await readProcesses(tx, all, after, limit);
      expect(next.map(({ order }) => order.orderId)).to.include("DECIDE-4000");
    });
    expect(rows).to.be.lessThan(50);
  });
});
