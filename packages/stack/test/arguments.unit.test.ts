import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readArguments } from "../src/cli/arguments.ts";
import { restartDelayMs } from "../src/process/supervisor.ts";
import { highestPortBase, maxReplicas } from "../src/stack/catalogue.ts";
import { planStack } from "../src/stack/plan.ts";

const read = (line: string, env = {}) => readArguments(line.split(" ").filter(Boolean), env);

describe("the command line of npm start", () => {
  it("may be empty", () => {
    expect(read("")).to.include({ samples: true, databaseUrl: undefined, portBase: undefined });
  });

  it("names services, replicas and ports", () => {
    expect(read("--services order,item --replicas 2 --port-base 6000")).to.deep.include({
      services: ["order", "item"],
      replicas: 2,
      portBase: 6_000,
    });
    expect(read("--port-base free")).to.include({ portBase: "free" });
    expect(read("--replicas order=2,item=3")).to.deep.include({ replicas: { order: 2, item: 3 } });
    expect(read("--ports nats=4222,user=7")).to.deep.include({ ports: { nats: 4_222, user: 7 } });
  });

  it("prefers its servers to the environment's", () => {
    const env = { DATABASE_URL: "postgres://a/", NATS_URL: "nats://a" };
    expect(read("", env)).to.include({ databaseUrl: "postgres://a/", natsUrl: "nats://a" });
    expect(read("--nats-url nats://b", env)).to.include({ natsUrl: "nats://b" });
  });

  it("is refused with what is wrong", () => {
    const wrong: readonly [string, string][] = [
      ["--servics order", "Unknown option '--servics'"],
      ["--services orders", '"orders" is not one of order, status'],
      ["--replicas 10", '"10" is not a whole number from 1 to 9'],
      ["--replicas order=0", '--replicas order: "0" is not'],
      ["--ports postgres=", '--ports postgres: "" is not'],
      ["--ports gremlin=1", '"gremlin" is not one of'],
      ["--port-base x", '--port-base: "x" is not'],
      ["--port-base 64707", '--port-base: "64707" is not a whole number from 1 to 64706'],
      ["--log-level loud", '--log-level: "loud" is not one of trace, debug'],
      ["--data-dir=", "--data-dir is empty"],
      ["--database-url localhost", "--database-url or DATABASE_URL: not a URL"],
      ["--database-url mysql://localhost", "--database-url or DATABASE_URL: not a URL"],
      ["--nats-url http://localhost", "--nats-url or NATS_URL: not a URL such as nats://"],
      ["surprise", "Unexpected argument 'surprise'"],
    ];
    for (const [line, message] of wrong) {
      expect(() => read(line), line)
        .to.throw(UsageError)
        .with.property("message")
        .that.includes(message);
    }
  });
});

describe("the ports of a stack", () => {
  it("follow the base, replicas 100 apart, single ones as given", async () => {
    const plan = await planStack({ replicas: { status: 2 }, ports: { item: 7_000 } });
    expect(plan.addresses.order).to.deep.equal(["127.0.0.1:50051"]);
    expect(plan.addresses.status).to.deep.equal(["127.0.0.1:50052", "127.0.0.1:50152"]);
    expect(plan.addresses.item).to.deep.equal(["127.0.0.1:7000"]);
    expect(plan.replicas.map(({ part }) => part)).to.include.members(["status", "status.2"]);
    expect(plan.addresses.gateway).to.deep.equal(["127.0.0.1:8080"]);
    const other = await planStack({ portBase: 6_000 });
    expect(other.addresses.gateway).to.deep.equal(["127.0.0.1:6009"]);
    const metrics = (of: typeof plan) => of.replicas.map(({ metricsPort }) => metricsPort);
    expect(metrics(plan).slice(0, 3)).to.deep.equal([50_071, 50_072, 50_172]);
    expect(metrics(other).slice(0, 2)).to.deep.equal([6_020, 6_021]);
  });

  it("fit below 65,536 from the highest base on, with all replicas", async () => {
    const { replicas } = await planStack({ portBase: highestPortBase, replicas: maxReplicas });
    const ports = replicas.flatMap(({ port, metricsPort }) => [port, metricsPort]);
    expect(Math.max(...ports)).to.equal(65_535);
  });

  it("are known of services that somebody else runs", async () => {
    const plan = await planStack({ services: ["order"] });
    expect(plan.replicas.map(({ part }) => part)).to.deep.equal(["order"]);
    expect(plan.addresses.delivery).to.deep.equal(["127.0.0.1:50058"]);
  });
});

describe("the delay of a restart", () => {
  it("doubles up to 10 s", () => {
    expect([1, 2, 3, 6, 7, 100].map(restartDelayMs)).to.deep.equal([
      250, 500, 1_000, 8_000, 10_000, 10_000,
    ]);
  });
});
