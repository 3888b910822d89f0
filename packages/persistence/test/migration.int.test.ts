import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { testServers } from "@waybill/stack";
import { expect } from "chai";
import { migration, sql } from "../src/index.ts";
import { awaitMigrations } from "../src/migrate.ts";
import { failureOf, logger, openTestDatabase, parcels, until } from "./support.ts";

const fixture = new URL("./fixtures/openAndClose.ts", import.meta.url).pathname;
const applied = sql("applied", "select name from mikro_orm_migrations order by id");
const tables = sql("tables", "select relname from pg_class where relname = any($1) order by 1");
/** Somebody else has looked for the table of migrations. */
const waiting = sql(
  "waiting",
  `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
     and query like '%to_regclass(%mikro_orm_migrations%'`,
);
const freshUrl = async () => (await testServers()).databaseUrl("migration");

describe("migrations", () => {
  it("are run once by two processes that start at once", async () => {
    const url = await freshUrl();
    const env = { ...process.env, DATABASE_URL: url };
    const start = () => promisify(execFile)(process.execPath, [fixture], { env });
    await Promise.all([start(), start()]);
    await using db = await openTestDatabase({ url, migrations: [] });
    const names = (await db.rows<{ name: string }>(applied)).map(({ name }) => name);
    expect(names).to.deep.equal(["0001_slow", "0002_next"]);
    expect(await db.rows(sql("next", "select * from next"))).to.have.length(1);
  });

  it("that fail leave nothing behind, keep those before, and are tried again next time", async () => {
    const url = await freshUrl();
    const broken = migration("0002", ["create table half (id int)", "create tabel oops ()"]);
    const failure = await failureOf(openTestDatabase({ url, migrations: [parcels, broken] }));
    expect(String(failure)).to.include("tabel");
    const mended = migration("0002", "create table whole (id int)");
    await using db = await openTestDatabase({ url, migrations: [parcels, mended] });
    const rows = await db.rows(tables, [["half", "parcels", "whole"]]);
    expect(rows).to.deep.equal([{ relname: "parcels" }, { relname: "whole" }]);
  });

  it("are added to those that were run before", async () => {
    const url = await freshUrl();
    await (await openTestDatabase({ url }))[Symbol.asyncDispose]();
    const added = migration("0002_more", "create table more (id int)");
    await using db = await openTestDatabase({ url, migrations: [parcels, added] });
    expect(await db.rows(applied)).to.have.length(2);
    // An older replica that does not know the newest one yet starts all the same.
    await (await openTestDatabase({ url }))[Symbol.asyncDispose]();
  });

  it("take but a moment when there is nothing to do", async () => {
    const url = await freshUrl();
    await (await openTestDatabase({ url }))[Symbol.asyncDispose]();
    const started = performance.now();
    await (await openTestDatabase({ url }))[Symbol.asyncDispose]();
    expect(performance.now() - started).to.be.below(3_000); // It waits for nobody.
  });

  it("that are expected are waited for, and not run", async () => {
    const url = await freshUrl();
    const opening = openTestDatabase({ url, migrate: "expect" });
    const observer = await openTestDatabase({ url, migrations: [] });
    await until(async () => (await observer.rows(waiting)).length > 0);
    expect(await observer.rows(tables, [["parcels"]])).to.deep.equal([]);
    await observer[Symbol.asyncDispose]();
    await (await openTestDatabase({ url }))[Symbol.asyncDispose]();
    await using db = await opening;
    expect(await db.rows(tables, [["parcels"]])).to.have.length(1);
  });

  it("that are expected and never come are named", async () => {
    await using db = await openTestDatabase({ migrations: [] });
    const options = { url: "", applicationName: "", poolSize: 1, entities: [], logger };
    const failure = await failureOf(awaitMigrations(db, { ...options, migrations: [parcels] }, 0));
    expect(String(failure)).to.include("0001_parcels").and.to.include("src/migrate.ts");
  });

  it("must not share a name", async () => {
    const failure = await failureOf(openTestDatabase({ migrations: [parcels, parcels] }));
    expect(String(failure)).to.include("0001_parcels");
  });
});

describe("opening a database", () => {
  it("that is not there fails at once", async () => {
    const servers = await testServers();
    const failure = await failureOf(openTestDatabase({ url: servers.postgres.url("nowhere") }));
    expect(failure).to.have.property("code", "3D000");
  });

  it("where nobody listens is given up after the time allowed", async () => {
    const url = "postgres://waybill@127.0.0.1:1/waybill";
    const failure = await failureOf(openTestDatabase({ url, readyWithinMs: 300 }));
    expect(failure).to.have.property("name", "UnavailableError");
    expect(String(failure)).to.include("ECONNREFUSED");
  });
});
