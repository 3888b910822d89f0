import { type Database, sql } from "@waybill/persistence";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { recordProcesses } from "../src/db/recordProcesses.ts";
import type { Process } from "../src/domain/process.ts";
import { eventually } from "./support/eventually.ts";
import { openTable } from "./support/replica.ts";

const lock = sql(
  "test_lock_process",
  "select order_id from processes where order_id = $1 for update skip locked",
);
const waiting = sql(
  "test_waiting_statements",
  `select count(*)::int as statements from pg_stat_activity
   where datname = current_database() and wait_event_type = 'Lock'`,
);

const now = new Date("2026-11-26T12:00:00Z");

const processOf = (orderId: string): Process => ({
  order: {
    orderId,
    userId: "user-1",
    placedAt: now,
    reservationMode: "HELD",
    expiresAt: undefined,
    traceparent: "",
  },
  step: "TRY",
  state: "WAITING",
  since: now,
  nextAt: now,
  attempts: 1,
  failingSince: undefined,
  lastError: "",
  lastReason: "",
});

describe("processes in a database that sorts otherwise than this code", () => {
  let db: Database;

  before(async () => {
    const url = new URL(await (await testServers()).databaseUrl("workflow"));
    await using maintenance = await openTable(url.href);
    const name = `${url.pathname.slice(1)}_icu`;
    const create = `create database "${name}" template template0 locale_provider icu icu_locale 'en'`;
    await maintenance.run(sql("test_create_database", create));
    url.pathname = name;
    db = await openTable(url.href);
  });
  after(() => db[Symbol.asyncDispose]());

  it("are locked in the database's order, as everywhere, when they are recorded", async () => {
    const processes = ["B-1", "a-1"].map(processOf); // By their bytes; the database has it the other way round.
    await recordProcesses(db, processes);
    let recorded: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      await tx.rows(lock, ["B-1"]);
      recorded = recordProcesses(db, processes);
      await eventually("it waits for the one that is locked", async () => {
        const [found] = await db.rows<{ statements: number }>(waiting);
        return found?.statements === 1;
      });
      expect(await db.rows(lock, ["a-1"])).to.deep.equal([]); // It has this one already.
    });
    await recorded;
  });
});
