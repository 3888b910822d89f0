import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { findSpans } from "@waybill/otlp";
import {
  DataFolderError,
  findStack,
  freePort,
  isServing,
  type StackEvent,
  type StackOptions,
  StackRunningError,
  startStack,
  testFolder,
  testServers,
} from "@waybill/stack";
import { expect } from "chai";
import { get } from "./fixtures/http2Get.ts";
import { eventually, failureOf, isAlive, query } from "./support.ts";

const fixture = join(import.meta.dirname, "fixtures/service.ts");
/** Two services that do nothing, and no more of the rest than the promise at hand needs. */
const two: StackOptions = {
  services: ["order", "status"],
  databases: ["order"],
  mainOf: () => fixture,
  portBase: "free",
  postgres: { fsync: false },
};

describe("a stack", () => {
  it("serves, is found by others, and leaves no process behind", async () => {
    const events: StackEvent[] = [];
    const dataDir = join(testFolder("stack"), "data");
    const report = (event: StackEvent) => events.push(event);
    const stack = await startStack({
      ...two,
      databases: ["order", "provider"],
      postgres: {},
      dataDir,
      report,
    });
    expect(events.map((event) => event.kind === "ready" && event.part)).to.have.members([
      "postgres",
      "nats",
      "order",
      "status",
    ]);
    expect(await isServing(stack.address("order"))).to.equal(true);
    expect(findStack(dataDir)?.addresses.order).to.deep.equal([stack.address("order")]);
    const rows = await query(stack.databaseUrl("provider"), "show fsync");
    expect(rows).to.deep.equal([{ fsync: "on" }]);

    const pids = stack.processes().map(({ pid }) => pid);
    expect(pids).to.have.length(4);
    await stack.stop();
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(findStack(dataDir)).to.equal(undefined);
    expect(existsSync(join(dataDir, "stack.lock"))).to.equal(false);
  });

  it("finds its data again at the second start", async () => {
    const dataDir = testFolder("stack");
    const options: StackOptions = { ...two, dataDir, services: [] };
    {
      await using first = await startStack(options);
      await query(first.databaseUrl("order"), "create table kept as select 7 as n");
    }
    await using second = await startStack(options);
    expect(await query(second.databaseUrl("order"), "select n from kept")).to.deep.equal([
      { n: 7 },
    ]);
  });

  it("uses servers that run already", async () => {
    const { postgres, natsUrl } = await testServers();
    const existing = { databaseUrl: postgres.url("postgres"), natsUrl };
    await using stack = await startStack({
      ...two,
      services: ["order"],
      ephemeral: true,
      ...existing,
    });
    expect(stack.processes().map(({ part }) => part)).to.deep.equal(["order"]);
    expect(stack.databaseUrl("order")).to.equal(postgres.url("waybill_order"));
    expect(await query(stack.databaseUrl("order"), "select 1 as n")).to.deep.equal([{ n: 1 }]);
    expect(stack.natsUrl).to.equal(natsUrl);
  });

  it("starts a killed part again, keeps a halted one down", async () => {
    const events: StackEvent[] = [];
    await using stack = await startStack({
      ...two,
      ephemeral: true,
      report: (event) => events.push(event),
    });
    for (const part of ["order", "postgres", "nats"] as const) {
      const before = stack.pid(part);
      await stack.kill(part, "SIGKILL");
      await stack.untilReady(part);
      expect(stack.pid(part)).to.be.a("number").and.not.equal(before);
    }
    const failed = events.filter((event) => event.kind === "failed");
    expect(failed.map(({ part, problem }) => [part, problem])).to.deep.equal([
      ["order", "SIGKILL"],
      ["postgres", "SIGKILL"],
      ["nats", "SIGKILL"],
    ]);
    await stack.halt("status");
    expect(stack.pid("status")).to.equal(undefined);
    expect(await isServing(stack.address("status"))).to.equal(false);
    await stack.resume("status");
    expect(await isServing(stack.address("status"))).to.equal(true);
    await stack.kill("status", "SIGSTOP");
    expect(await isServing(stack.address("status"))).to.equal(false);
    await stack.kill("status", "SIGCONT");
    await eventually(() => isServing(stack.address("status")));
  });

  it("runs replicas at addresses of their own and tells every service all of them", async () => {
    await using stack = await startStack({
      ...two,
      ephemeral: true,
      replicas: { status: 2 },
      env: { HOLD_EXPIRY: "3s" },
    });
    const environment = await get(`http://${stack.address("order")}`, "/environment");
    const variables = JSON.parse(environment);
    expect(variables).to.include({ HOLD_EXPIRY: "3s", CANCELLATION_WINDOW: "5s" });
    expect(variables.DATABASE_URL).to.equal(stack.databaseUrl("order"));
    expect(variables.STATUS_ADDRESS).to.equal(
      `${stack.address("status", 0)},${stack.address("status", 1)}`,
    );
    expect(stack.addresses("status")).to.equal(variables.STATUS_ADDRESS);
    expect(await isServing(stack.address("status", 1))).to.equal(true);
  });

  it("keeps spans for those who look for them, unless the environment sends them elsewhere", async () => {
    const dataDir = testFolder("traces");
    const options: StackOptions = { ...two, services: ["order"], dataDir, traces: true };
    const environment = async (address: string) => JSON.parse(await get(address, "/environment"));
    {
      await using stack = await startStack(options);
      const { kept = "" } = findStack(dataDir)?.traces ?? {};
      expect(await findSpans(kept, "o-1", [])).to.include({ spans: 0 });
      expect(await environment(`http://${stack.address("order")}`)).to.include({
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${kept}/v1/traces`,
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
        TRACE_URL: "none",
      });
    }
    const elsewhere = "http://127.0.0.1:4318";
    await using stack = await startStack({
      ...options,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: elsewhere },
    });
    expect(findStack(dataDir)?.traces).to.deep.equal({ elsewhere });
    expect(await environment(`http://${stack.address("order")}`)).not.to.have.property(
      "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    );
  });

  it("removes the data of an ephemeral stack", async () => {
    const stack = await startStack({ ...two, services: [], ephemeral: true });
    expect(existsSync(stack.dataDir)).to.equal(true);
    await stack.stop();
    expect(existsSync(stack.dataDir)).to.equal(false);
  });
});

describe("a stack that cannot start", () => {
  it("names every port that is taken, a line for each flag by which others are chosen", async () => {
    const [order, status, nats] = [await freePort(), await freePort(), await freePort()];
    const servers = [order, status, nats].map((port) => createServer().listen(port, "127.0.0.1"));
    const ports = { order, status, nats };
    const start = startStack({ ...two, dataDir: testFolder("stack"), ports });
    const error = await failureOf(start);
    for (const server of servers) server.close();
    expect(error.message.split("\n")).to.deep.equal([
      `Taken: port ${order} for order, ${status} for status. Choose with --port-base <n> or --ports <service>=<n>.`,
      `Taken: port ${nats} for NATS. Choose with --ports nats=<n>.`,
      "Is another Waybill running? --port-base free takes free ports for all parts.",
    ]);
  });

  it("says that a stack runs on the folder already", async () => {
    const options: StackOptions = { ...two, services: [], dataDir: testFolder("stack") };
    await using _first = await startStack(options);
    const error = await failureOf(startStack(options));
    expect(error).to.be.instanceOf(StackRunningError);
    expect(error.message).to.contain(`process ${process.pid}`);
  });

  it("says that a restoration was interrupted, and makes no empty databases instead", async () => {
    const dataDir = testFolder("stack");
    const postgres = join(dataDir, "postgres");
    mkdirSync(join(postgres, "restoring", "cluster"), { recursive: true });
    const repeat = await failureOf(startStack({ ...two, dataDir }));
    expect(repeat).to.be.instanceOf(DataFolderError);
    expect(repeat.message).to.contain("npm run restore").and.not.contain("replaced");
    for (const epoch of [999, 1000]) mkdirSync(join(postgres, `cluster.replaced-${epoch}`));
    const back = await failureOf(startStack({ ...two, dataDir }));
    expect(back.message).to.contain(`${postgres}/cluster.replaced-1000 to ${postgres}/cluster`);
    expect(existsSync(join(postgres, "cluster"))).to.equal(false);
  });

  it("says that the folder cannot be written to", async () => {
    const file = join(testFolder("stack"), "file");
    writeFileSync(file, "");
    const error = await failureOf(startStack({ ...two, dataDir: join(file, "data") }));
    expect(error).to.be.instanceOf(DataFolderError);
    expect(error.message).to.contain("--data-dir");
  });

  it("says so as well where folders cannot be made at all", async function () {
    if (process.platform !== "linux") this.skip();
    const error = await failureOf(startStack({ ...two, dataDir: "/proc/data" }));
    expect(error).to.be.instanceOf(DataFolderError);
  });

  it("shows the last lines of a service that keeps failing, and leaves nothing running", async () => {
    const dataDir = testFolder("stack");
    const port = await freePort();
    const pids = new Set<number>();
    const error = await failureOf(
      startStack({
        ...two,
        dataDir,
        ports: { status: port },
        env: { FIXTURE_FAILS: String(port) },
        report: () => {
          for (const { pid } of findStack(dataDir)?.processes ?? []) pids.add(pid);
        },
      }),
    );
    expect(error.message).to.contain("status ended with exit code 3");
    expect(error.message).to.contain("missing the one thing it needs");
    expect(pids.size).to.be.greaterThan(0);
    expect([...pids].filter(isAlive)).to.deep.equal([]);
  });

  it("gives up a PostgreSQL that takes connections and says nothing", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const databaseUrl = `postgres://127.0.0.1:${port}/`;
    const start = startStack({ ...two, services: [], dataDir: testFolder("stack"), databaseUrl });
    const error = await failureOf(start);
    silent.close();
    expect(error.message).to.equal(
      `The PostgreSQL of --database-url or DATABASE_URL, 127.0.0.1:${port}: timeout expired`,
    );
  });

  it("names the server that cannot be reached, not its password", async () => {
    const databaseUrl = `postgres://user:secret@127.0.0.1:${await freePort()}/postgres`;
    const error = await failureOf(
      startStack({ ...two, dataDir: testFolder("stack"), databaseUrl }),
    );
    expect(error.message).to.contain("--database-url or DATABASE_URL").and.not.contain("secret");
    expect(error.message).to.contain("ECONNREFUSED");
    const natsUrl = `nats://user:secret@127.0.0.1:${await freePort()}`;
    const other = await failureOf(startStack({ ...two, dataDir: testFolder("stack"), natsUrl }));
    expect(other.message).to.contain("--nats-url or NATS_URL").and.not.contain("secret");
  });

  it("gives up when it is told to", async () => {
    const giveUp = new AbortController();
    const report = () => giveUp.abort();
    const dataDir = testFolder("stack");
    const error = await failureOf(startStack({ ...two, dataDir, report, signal: giveUp.signal }));
    expect(error).to.be.instanceOf(Error);
    expect(existsSync(join(dataDir, "stack.lock"))).to.equal(false);
  });
});

describe("after a power cut", () => {
  it("the locks of processes that are gone are taken over, also when their ids are in use again", async () => {
    const options: StackOptions = { ...two, services: [], dataDir: testFolder("stack") };
    await (await startStack(options)).stop();
    const lock = join(options.dataDir ?? "", "stack.lock");
    writeFileSync(lock, JSON.stringify({ pid: process.pid, started: "an earlier boot" }));
    const cluster = join(options.dataDir ?? "", "postgres/cluster");
    const stranger = process.ppid;
    writeFileSync(join(cluster, "postmaster.pid"), `${stranger}\n${cluster}\n1\n1\n\n\n\nready\n`);
    await using stack = await startStack(options);
    expect(stack.pid("postgres")).to.be.a("number");
  });

  it("a lock that was cut off in writing is taken over", async () => {
    const options: StackOptions = { ...two, services: [], dataDir: testFolder("stack") };
    writeFileSync(join(options.dataDir ?? "", "stack.lock"), "");
    await using stack = await startStack(options);
    expect(stack.processes()).to.have.length(2);
  });
});

describe("as root", () => {
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  it("PostgreSQL runs as somebody else, also when the data folder is root's alone", async () => {
    const closed = join(testFolder("stack"), "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const notes: StackEvent[] = [];
    const report = (event: StackEvent) => event.kind === "note" && notes.push(event);
    const options: StackOptions = { ...two, services: [], dataDir: join(closed, "data"), report };
    {
      await using stack = await startStack(options);
      const uid = execFileSync("ps", ["-o", "uid=", "-p", String(stack.pid("postgres"))]);
      expect(Number(uid)).to.be.greaterThan(0);
      await query(stack.databaseUrl("order"), "create table kept as select 7 as n");
    }
    const again = await startStack(options);
    expect(await query(again.databaseUrl("order"), "select n from kept")).to.deep.equal([{ n: 7 }]);
    await again.stop();
    const elsewhere = realpathSync(join(closed, "data", "postgres"));
    expect(notes[0]).to.have.property("text").that.includes(elsewhere);
    rmSync(elsewhere, { recursive: true });
  });
});
