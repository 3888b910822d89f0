import { expect } from "chai";
import type { Turn } from "../src/contender.ts";
import { tables } from "../src/report/printing.ts";
import { ratiosOf, spreadOf, standingOf } from "../src/report/standings.ts";

const turn = (ordersPerSecond: number, cpuMsPerOrder: number, p50 = 10): Turn => ({
  ordersPerSecond,
  cpuMsPerOrder,
  cpuMsPerOrderByPart: {},
  answer: { p50, p99: p50 * 2 },
  delivery: { p50: p50 * 3, p99: p50 * 4 },
  problems: [],
});

const standing = (name: string, turns: readonly Turn[]) => standingOf({ name, title: name }, turns);

describe("a spread", () => {
  it("has the middle of an odd number, and the mean of the two in the middle of an even one", () => {
    expect(spreadOf([3, 1, 2])).to.deep.equal({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 9])).to.deep.equal({ median: 3, min: 1, max: 9 });
    expect(spreadOf([5])).to.deep.equal({ median: 5, min: 5, max: 5 });
  });
});

describe("standings", () => {
  it("are the medians of the rounds", () => {
    const { ordersPerSecond, cpuMsPerOrder, answer, delivery } = standing("waybill", [
      turn(900, 1, 20),
      turn(1_200, 3, 10),
      turn(1_000, 2, 12),
    ]);
    expect(ordersPerSecond).to.deep.equal({ median: 1_000, min: 900, max: 1_200 });
    expect(cpuMsPerOrder.median).to.equal(2);
    expect(answer).to.deep.equal({ p50: 12, p99: 24 });
    expect(delivery).to.deep.equal({ p50: 36, p99: 48 });
  });
});

describe("ratios", () => {
  // The machine was half as fast in the second round.
  const waybill = standing("waybill", [turn(1_000, 1), turn(500, 2)]);
  const peer = standing("peer", [turn(100, 10), turn(50, 20)]);

  it("are taken within each round, so that a slow round does not count", () => {
    expect(ratiosOf("waybill", [waybill, peer])).to.deep.equal([
      {
        name: "peer",
        ordersPerSecond: { median: 10, min: 10, max: 10 },
        cpuMsPerOrder: { median: 0.1, min: 0.1, max: 0.1 },
      },
    ]);
  });

  it("are none without Waybill", () => {
    expect(ratiosOf("waybill", [peer])).to.deep.equal([]);
  });

  it("are printed beneath the figures", () => {
    const standings = [waybill, peer];
    const text = tables(standings, ratiosOf("waybill", standings));
    expect(text).to.match(/^waybill +750\.0 +500\.0 to 1,000 +1\.50 +1\.00 to 2\.00/m);
    expect(text).to.match(/^peer +10\.0 × +10\.0 to 10\.0 +0\.100 × +0\.100 to 0\.100$/m);
  });
});
