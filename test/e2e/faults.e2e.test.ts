import { faults, playRounds, printing } from "@waybill/faults";
import { expect } from "chai";

/** A short round of a fixed seed, with seven faults; `npm run faults` plays long ones of any. A rolling restart, which takes long, is in `replicas`. */
const seed = 37;
const rounds = 1;
const roundMs = 8_000;
const ordersPerSecond = 20;
const quietWithinMs = 40_000;
/** Not every machine lets a small disk be mounted, or has libfaketime: the same seeds are to be the same rounds everywhere. */
const left = new Set(["disk-full", "clock-wrong"]);

describe("whatever happens, alone and in pairs, nothing is lost", () => {
  it(`${rounds} round of faults of seed ${seed}`, async () => {
    const lines: string[] = [];
    const report = await playRounds({
      ...{ seed, rounds, roundMs, ordersPerSecond, quietWithinMs },
      faults: faults.filter(({ name }) => !left.has(name)),
      watcher: printing((text) => lines.push(text)),
    });
    expect(report.ok, lines.join("\n")).to.equal(true);
    expect(report.rounds).to.have.length(rounds);
    expect(report.orders).to.be.greaterThan(rounds * roundMs * 0.005);
  }).timeout(180_000);
});
