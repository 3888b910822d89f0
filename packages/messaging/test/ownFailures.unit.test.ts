import { expect } from "chai";
import { OwnFailures } from "../src/ownFailures.ts";

describe("an event's own failures", () => {
  it("are counted for each event, until it is settled", () => {
    const failures = new OwnFailures();
    expect([1n, 1n, 2n].map((sequence) => failures.add(sequence))).to.deep.equal([1, 2, 1]);
    failures.forget(1n);
    expect([1n, 2n].map((sequence) => failures.add(sequence))).to.deep.equal([1, 2]);
  });

  it("are forgotten for the oldest of very many events, which others may have settled", () => {
    const failures = new OwnFailures();
    for (let sequence = 1n; sequence <= 10_001n; sequence += 1n) failures.add(sequence);
    expect([10_001n, 2n, 1n].map((sequence) => failures.add(sequence))).to.deep.equal([2, 2, 1]);
  });
});
