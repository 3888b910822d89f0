import { chownSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type PostgresServer, startPostgres, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { type Database, sql, UnavailableError } from "../src/index.ts";
import { failureOf, openTestDatabase, until } from "./support.ts";

const insert = sql("insert", "insert into parcels (id, grams) values ($1, 1)");
const count = sql("count", "select count(*) as n from parcels");
const backend = sql("backend", "select pg_backend_pid() as pid");
const promote = sql("promote", "select pg_promote()");
const sleeping = sql("sleeping", "select pg_sleep(60)");

describe("while PostgreSQL is killed and restarted", () => {
  let server: PostgresServer;
  let db: Database;
  before(async () => {
    server = await startPostgres({ dataDir: testFolder("outage") });
    const url = await server.createDatabase("outage");
    db = await openTestDatabase({ url, statementTimeoutMs: 1_000, connectionTimeoutMs: 1_000 });
  });
  after(async () => {
    await db[Symbol.asyncDispose]();
    await server.stop();
  });

  it("every statement ends as unavailable, and the pool works again afterwards", async () => {
    const stop = new AbortController();
    let leads = false;
    const election = db.whileLeader("outage", stop.signal, async (signal) => {
      leads = true;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      leads = false;
    });
    await until(() => leads);
    const underWay = [1, 2, 3].map(() => failureOf(db.transaction((tx) => tx.rows(sleeping))));
    await db.run(insert, ["before"]);
    await server.kill("SIGKILL");

    for (const failure of await Promise.all(underWay)) {
      expect(failure).to.be.instanceOf(UnavailableError);
    }
    await until(() => !leads);
    const refused = await Promise.all([1, 2, 3, 4, 5, 6].map(() => failureOf(db.ping())));
    for (const failure of refused) expect(failure).to.be.instanceOf(UnavailableError);

    await server.restart();
    await until(async () => (await db.ping().catch((error) => error)) === undefined);
    await db.transaction((tx) => tx.run(insert, ["after"]));
    expect(await db.rows(count)).to.deep.equal([{ n: 2n }]);
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(() => db.ping()));
    await until(() => leads);
    stop.abort();
    await election;
  });

  it("a database that takes no connections for a while is unavailable, not an error", async () => {
    const other = await openTestDatabase({ url: await server.createDatabase("maintenance") });
    await other.rows(sql("close", "alter database outage allow_connections false"));
    const cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'outage'";
    await other.rows(sql("cut", cut));
    const refused = await Promise.all([1, 2, 3, 4].map(() => failureOf(db.rows(count))));
    for (const failure of refused) expect(failure).to.be.instanceOf(UnavailableError);
    await other.rows(sql("open", "alter database outage allow_connections true"));
    await until(async () => (await db.ping().catch((error) => error)) === undefined);
    expect(await db.rows(count)).to.deep.equal([{ n: 2n }]);
    await other[Symbol.asyncDispose]();
  });

  it("a server that has become a standby is unavailable, until it is the primary again", async () => {
    await server.stop();
    const cluster = join(server.dataDir, "cluster");
    const signal = join(cluster, "standby.signal");
    writeFileSync(signal, "");
    const { uid, gid } = statSync(cluster);
    chownSync(signal, uid, gid);
    const restarted = server.restart(); // It is not ready before it is the primary.
    await until(async () => (await db.ping().catch((error) => error)) === undefined);
    const alone = await failureOf(db.run(insert, ["standby"]));
    const together = await failureOf(db.transaction((tx) => tx.run(insert, ["standby"])));
    for (const failure of [alone, together]) expect(failure).to.be.instanceOf(UnavailableError);
    await db.rows(promote);
    await restarted;
    await db.transaction((tx) => tx.run(insert, ["promoted"]));
  });

  it("opening waits until it accepts connections", async () => {
    await server.stop();
    const opening = openTestDatabase({ url: server.url("outage") });
    await server.restart();
    await using opened = await opening;
    await opened.ping();
  });

  it("a connection whose server answers no more is given up, and replaced", async () => {
    const settings = { url: server.url("outage"), poolSize: 1, statementTimeoutMs: 100 };
    await using frozen = await openTestDatabase(settings);
    const [own] = await frozen.rows<{ pid: number }>(backend);
    process.kill(Number(own?.pid), "SIGSTOP");
    try {
      expect(await failureOf(frozen.ping())).to.be.instanceOf(UnavailableError);
      await frozen.ping();
    } finally {
      process.kill(Number(own?.pid), "SIGCONT");
    }
  });
});
