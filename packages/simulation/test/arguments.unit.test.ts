import { expect } from "chai";
import { help, limits, readArguments } from "../src/cli/arguments.ts";
import { mutantNames } from "../src/mutants/mutants.ts";

const read = (...given: string[]) => readArguments(given, () => 0.5, 2);

describe("the arguments of the simulation", () => {
  it("have defaults; the seed is drawn so that all schedules have one", () => {
    expect(read()).to.deep.equal({
      seed: 2_147_481_148,
      schedules: 5_000,
      mutant: undefined,
      workers: 2,
    });
  });

  it("are read up to their limits", () => {
    const largest = read(
      ...["--seed", `${limits.seed}`, "--schedules", "1"],
      ...["--mutant", "blind-batch", "--workers", "256"],
    );
    expect(largest).to.deep.equal({
      seed: limits.seed,
      schedules: 1,
      mutant: "blind-batch",
      workers: 256,
    });
    expect(read("--seed", "0", "--schedules", `${limits.schedules}`)?.schedules).to.equal(
      10_000_000,
    );
  });

  it("are refused beyond, and the message names the argument and what it may be", () => {
    expect(() => read("--seed", `${limits.seed + 1}`)).to.throw(
      /--seed: "\d+" is not a whole number/,
    );
    expect(() => read("--seed", "-1")).to.throw(/--seed/);
    expect(() => read("--schedules", "0")).to.throw(
      /--schedules: "0" is not a whole number from 1 to 10000000/,
    );
    expect(() => read("--schedules", `${limits.schedules + 1}`)).to.throw(/--schedules/);
    expect(() => read("--seed", "1.5")).to.throw(/--seed: "1\.5"/);
    expect(() => read("--workers", "0")).to.throw(
      /--workers: "0" is not a whole number from 1 to 256/,
    );
    expect(() => read("--workers", "257")).to.throw(/--workers/);
    expect(() => read("--mutant", "none")).to.throw(
      /--mutant: "none" is not one of no-blocked-row/,
    );
    expect(() => read("--seeds", "1")).to.throw(/--seeds/);
  });

  it("can be asked for, and the help names every mutant", () => {
    expect(read("--help")).to.equal(undefined);
    for (const name of mutantNames) expect(help).to.contain(name);
  });
});
