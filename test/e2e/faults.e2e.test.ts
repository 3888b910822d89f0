import { faults, playRounds, printing } from "@waybill/faults";
import { expect } from "chai";

/** Short rounds of fixed seeds; `npm run faults` plays long ones of any. */
const seed = 1;
const rounds = 2;
const roundMs = 8_000;
const ordersPerSecond = 20;
const quietWithinMs = 40_000;
/** A small disk has to be mounted first, which not everybody may. */
const left = new Set(["disk-full"]);

describe("whatever happens, alone and in pairs, nothing is lost", () => {
  it(`${rounds} rounds of faults from seed ${seed} on`, async () => {
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
