import { expect } from "chai";
import { Ledger } from "../src/load/ledger.ts";
import type { Injected } from "../src/run/inject.ts";
import { rollingRestarts } from "../src/run/noticed.ts";

const injected = (fault: string, beganAt: number, healedAt: number): Injected => ({
  planned: { fault, atMs: beganAt, injection: { what: fault, run: async () => {} } },
  beganAt,
  healedAt,
});

const restart = injected("rolling-restart", 10_000, 20_000);

describe("what clients notice of a rolling restart", () => {
  it("is what fails while it lasts, its edges included", () => {
    const ledger = new Ledger();
    for (const at of [9_999, 10_000, 20_000, 20_001])
      ledger.failures.push({ at, call: "place", error: "UNAVAILABLE" });
    for (const tookMs of [5, 7, 90]) ledger.acceptances.push({ at: 15_000, tookMs });
    expect(rollingRestarts([restart], ledger)).to.deep.equal([
      { tookMs: 10_000, accepted: 3, noticed: { "place: UNAVAILABLE": 2 }, p99Ms: 90 },
    ]);
  });

  it("is told once, though others joined it", () => {
    const joining = injected("rolling-restart", 12_000, 20_000);
    const after = injected("rolling-restart", 20_001, 29_000);
    const told = rollingRestarts([restart, joining, after], new Ledger());
    expect(told.map(({ tookMs }) => tookMs)).to.deep.equal([10_000, 8_999]);
  });

  it("is not judged when another fault was there, or a moment before", () => {
    const ledger = new Ledger();
    const counted = (other: Injected) => rollingRestarts([restart, other], ledger).length;
    expect(counted(injected("pause", 15_000, 16_000))).to.equal(0);
    expect(counted(injected("pause", 1_000, 5_001))).to.equal(0);
    expect(counted(injected("pause", 1_000, 5_000))).to.equal(1);
    expect(counted(injected("pause", 20_000, 21_000))).to.equal(1);
  });
});
