import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { type Database, sql } from "../src/index.ts";
import { openTestDatabase, until } from "./support.ts";

const loseLocks = sql(
  "lose_locks",
  `select pg_terminate_backend(pid) from pg_locks
   where locktype = 'advisory' and granted
     and database = (select oid from pg_database where datname = current_database())`,
);

/** A replica that contends, and notes when it leads. */
function contender(db: Database, election = "sweep") {
  const stop = new AbortController();
  const state = { leads: false, terms: 0, reasons: [] as unknown[] };
  const ended = db.whileLeader(election, stop.signal, async (signal) => {
    state.leads = true;
    state.terms += 1;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    state.reasons.push(signal.reason);
    state.leads = false;
  });
  return {
    state,
    stop: (): Promise<void> => {
      stop.abort(new Error("stopped"));
      return ended;
    },
  };
}

describe("an election", () => {
  let one: Database;
  let two: Database;
  beforeEach(async () => {
    const url = await (await testServers()).databaseUrl("leadership");
    [one, two] = await Promise.all([openTestDatabase({ url }), openTestDatabase({ url })]);
  });
  afterEach(() => Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]));

  it("has one winner, whom the other one replaces when it stops", async () => {
    const a = contender(one);
    await until(() => a.state.leads);
    const b = contender(two);
    const sameProcess = contender(one);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // Long enough to have tried.
    expect([a, b, sameProcess].map(({ state }) => state.leads)).to.deep.equal([true, false, false]);
    await sameProcess.stop();
    await a.stop();
    await until(() => b.state.leads);
    expect(a.state.leads).to.equal(false);
    await b.stop();
  });

  it("is held per name, by one connection for all of them", async () => {
    const names = ["sweep", "reap", "remind"];
    const all = names.map((name) => contender(one, name));
    await until(() => all.every(({ state }) => state.leads));
    const sessions = sql(
      "sessions",
      "select count(distinct pid) as n from pg_locks where locktype = 'advisory' and granted",
    );
    expect(await one.rows(sessions)).to.deep.equal([{ n: 1n }]);
    await Promise.all(all.map(({ stop }) => stop()));
  });

  it("is void when the connection is lost: the work is told, and somebody leads again", async () => {
    const a = contender(one);
    await until(() => a.state.leads);
    const b = contender(two);
    await two.rows(loseLocks);
    await until(() => a.state.reasons.length === 1);
    expect(a.state.reasons[0]).to.have.property("name", "UnavailableError");
    await until(() => a.state.leads || b.state.leads);
    expect(a.state.leads && b.state.leads).to.equal(false);
    await Promise.all([a.stop(), b.stop()]);
  });

  it("is won again after the work threw", async () => {
    const stop = new AbortController();
    let terms = 0;
    await one.whileLeader("throws", stop.signal, async () => {
      terms += 1;
      if (terms === 2) stop.abort();
      throw new Error("work failed");
    });
    expect(terms).to.equal(2);
  });
});
