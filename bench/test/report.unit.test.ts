import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { createLatencies } from "../src/measure/latencies.ts";
import { readOptions } from "../src/options.ts";
import { tables } from "../src/report/printing.ts";
import { reportOf } from "../src/report/report.ts";
import { figure, table } from "../src/report/table.ts";

const options = readOptions(["--orders", "4"]) ?? expect.fail("no options");

const latencies = (...ms: number[]) => {
  const recorded = createLatencies();
  for (const value of ms) recorded.record(value);
  return recorded;
};

const startedAt = new Date("2026-11-20T12:00:00Z");
const measurements = {
  options,
  driven: {
    startedAt,
    tookMs: 2_000,
    acceptedIds: ["a", "b", "c", "d"],
    acceptance: latencies(1, 2, 3, 4),
    failures: [],
  },
  settled: {
    delivered: 4,
    cancelled: 0,
    unfinished: 0,
    lastDeliveredAt: new Date(startedAt.getTime() + 4_000),
    delivery: latencies(10, 20, 30, 40),
  },
  used: [
    { part: "order", cpuSeconds: 0.004, memories: [] },
    { part: "status", cpuSeconds: 0.012, memories: [] },
  ],
  costs: {
    statements: 8,
    commits: 2,
    walBytes: 4_000,
    messagesIn: 12,
    messagesOut: 16,
    messageBytes: 400,
    events: 20,
    deliveries: 40,
    counted: [
      { metric: "rpc_server_call_duration_seconds", of: "order/CreateOrder", count: 4, sum: 4 },
      { metric: "waybill_batch_size", of: "order.create", count: 2, sum: 4 },
    ],
  },
  reads: { getOrder: latencies(1), listOrders: latencies(2) },
  listing: undefined,
  soak: [],
  incidents: [],
};

describe("the report", () => {
  it("counts accepted orders until the last answer, delivered ones until the last delivery", () => {
    const report = reportOf(measurements);
    expect(report.acceptedPerSecond).to.equal(2);
    expect(report.deliveredPerSecond).to.equal(1);
  });

  it("divides the CPU among the orders", () => {
    const { cpuMsPerOrder, processes } = reportOf(measurements);
    expect(cpuMsPerOrder).to.be.closeTo(4, 1e-9);
    expect(processes[1]?.cpuSecondsPerThousandOrders).to.be.closeTo(3, 1e-9);
  });

  it("divides what was counted among the orders, and elements among batches", () => {
    const { perOrder, batches } = reportOf(measurements);
    expect(perOrder).to.include({ statements: 2, commits: 0.5, events: 5, rpcs: 1 });
    expect(batches).to.deep.equal([
      { point: "order.create", batchesPerThousandOrders: 500, elementsPerBatch: 2 },
    ]);
  });

  it("tells of reads only when there were some", () => {
    expect(reportOf(measurements).reads).to.equal(undefined);
    const mixed = { ...measurements, options: { ...options, readShare: 0.5 } };
    expect(reportOf(mixed).reads?.listOrders.max).to.equal(2);
  });

  it("misses accepted orders that status does not know", () => {
    const settled = { ...measurements.settled, delivered: 3 };
    expect(reportOf({ ...measurements, settled }).unfinished).to.equal(1);
  });

  it("has percentiles to three digits, and none above the maximum", () => {
    const { p50, p99, max } = reportOf(measurements).delivery;
    expect(p50).to.be.closeTo(20, 0.02);
    expect(p99).to.equal(max);
    expect(max).to.be.closeTo(40, 0.04);
  });

  it("prints every figure and what went wrong", () => {
    const failures = [{ code: "UNAVAILABLE", count: 3, example: "away" }];
    const driven = { ...measurements.driven, failures };
    const text = tables(
      reportOf({ ...measurements, driven, incidents: ["order failed: SIGKILL"] }),
    );
    for (const part of ["accepted", "delivered", "p99.9", "status", "order failed: SIGKILL"])
      expect(text).to.include(part);
    expect(text).to.include("3 requests failed: UNAVAILABLE, away");
  });
});

describe("tables", () => {
  it("align text to the left and numbers to the right", () => {
    const lines = table(
      ["name", "n"],
      [
        ["a", "10"],
        ["long name", "1"],
      ],
    );
    expect(lines).to.deep.equal([
      "name        n",
      "─────────────",
      "a          10",
      "long name   1",
    ]);
  });

  it("show three significant digits or whole numbers", () => {
    expect([12_345.6, 123.46, 1.234, 0.1234].map(figure)).to.deep.equal([
      "12,346",
      "123.5",
      "1.23",
      "0.123",
    ]);
  });
});

describe("options", () => {
  it("have defaults", () => {
    expect(readOptions([])).to.include({ orders: 5_000, concurrency: 64, items: 1_000, lines: 2 });
    expect(readOptions([])).to.include({ rate: undefined, windowMs: 0, traceRatio: 0.05 });
  });

  it("take durations, and replicas of some services", () => {
    const given = readOptions("--duration 15m --window 2s --replicas order=2,status=3".split(" "));
    expect(given).to.include({ durationMs: 900_000, windowMs: 2_000 });
    expect(given?.replicas).to.deep.equal({ order: 2, status: 3 });
  });

  it("ask for help", () => {
    expect(readOptions(["--help"])).to.equal(undefined);
  });

  for (const args of [
    ["--orders", "0"],
    ["--orders", "many"],
    ["--concurrency", "-1"],
    ["--trace-ratio", "2"],
    ["--items", "1", "--lines", "2"],
    ["--unknown"],
    ["--baskets", "cold"],
    ["--window", "soon"],
    ["--reads", "1"],
    ["--replicas", "orders=2"],
    ["--rate", "100", "--concurrency", "64"],
    ["--duration", "1s", "--orders", "100"],
    ["5000"],
  ])
    it(`refuse ${args.join(" ")}, and say so`, () => {
      expect(() => readOptions(args)).to.throw(UsageError);
    });
});
