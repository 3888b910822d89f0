import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readOptions } from "../src/replicas/options.ts";
import { sharesOf } from "../src/replicas/shares.ts";

const batches = (pid: number, ...sizes: readonly number[]) => ({
  id: `process ${pid}`,
  pid,
  at: 0,
  counted: [
    {
      metric: "waybill.batch.size",
      of: "order.place",
      count: sizes.length,
      sum: sizes.reduce((a, b) => a + b, 0),
    },
    { metric: "rpc.server.call.duration", of: "CreateOrder", count: 1_000, sum: 1_000 },
  ],
});

describe("what several replicas have done", () => {
  it("is told for each process, those included that were killed", () => {
    const exporters = [batches(10, 3, 4), batches(11, 5), batches(12, 1)];
    const running = [
      { part: "order", pid: 10 },
      { part: "order.2", pid: 12 },
    ];
    expect(sharesOf(exporters, running, [{ part: "order.2", pid: 11 }])).to.deep.equal([
      { process: "order", handled: 7, batches: 2 },
      { process: "order.2", handled: 1, batches: 1 },
      { process: "order.2 (killed)", handled: 5, batches: 1 },
    ]);
  });

  it("leaves out processes that handle nothing in batches", () => {
    expect(sharesOf([], [{ part: "nats", pid: 1 }], [])).to.deep.equal([]);
  });
});

describe("the command line of several replicas", () => {
  it("has limits", () => {
    expect(readOptions([])).to.deep.equal({ orders: 5_000, replicas: 3 });
    expect(readOptions(["--replicas", "9", "--orders", "100"])?.replicas).to.equal(9);
    for (const args of [["--replicas", "1"], ["--replicas", "10"], ["--orders", "99"], ["--what"]])
      expect(() => readOptions(args), args.join(" ")).to.throw(UsageError, args[0]);
  });
});
