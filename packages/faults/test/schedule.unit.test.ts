import { expect } from "chai";
import { Chance } from "../src/chance.ts";
import { faults } from "../src/faults/catalogue.ts";
import { planRound } from "../src/run/schedule.ts";

const MINUTE_MS = 60_000;
const described = (seed: number, roundMs = MINUTE_MS) =>
  planRound(new Chance(seed), faults, roundMs).map(
    ({ atMs, injection }) => `${atMs} ${injection.what}`,
  );

describe("the schedule of a round", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(described(7)).to.deep.equal(described(7));
    expect(described(7)).not.to.deep.equal(described(8));
  });

  it("brings every kind of fault within a few rounds, alone and in pairs", () => {
    const planned = [1, 2, 3, 4, 5].flatMap((seed) =>
      planRound(new Chance(seed), faults, MINUTE_MS),
    );
    const kinds = new Set(planned.map(({ fault }) => fault));
    expect([...kinds].sort()).to.deep.equal(faults.map(({ name }) => name).sort());
  });

  it("brings all kinds before one comes again", () => {
    const planned = planRound(new Chance(3), faults.slice(0, 4), MINUTE_MS);
    const firsts = planned.slice(0, 3).map(({ fault }) => fault);
    expect(new Set(firsts).size).to.equal(3);
  });

  it("begins everything within the round, however short that is", () => {
    for (const roundMs of [3_000, MINUTE_MS])
      for (const { atMs } of planRound(new Chance(1), faults, roundMs))
        expect(atMs).to.be.within(0, roundMs - 1);
    expect(planRound(new Chance(1), faults, 3_000)).not.to.have.length(0);
  });
});
