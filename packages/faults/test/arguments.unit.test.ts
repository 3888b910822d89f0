import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { help, readArguments } from "../src/cli/arguments.ts";
import { faults } from "../src/faults/catalogue.ts";

const read = (...args: string[]) => readArguments(args, () => 0.5);

describe("the command line of the fault harness", () => {
  it("needs nothing: one round of a minute with all faults, by chance", () => {
    expect(read()).to.deep.include({ seed: 500_000, rounds: 1, roundMs: 60_000, faults });
  });

  it("takes seed, rounds, minutes and faults", () => {
    const only = read(
      "--seed",
      "7",
      "--rounds",
      "60",
      "--minutes",
      "0.5",
      "--only",
      "pause,poison",
    );
    expect(only).to.include({ seed: 7, rounds: 60, roundMs: 30_000 });
    expect(only?.faults.map(({ name }) => name)).to.deep.equal(["pause", "poison"]);
  });

  it("tells all faults when it is asked for help", () => {
    expect(read("--help")).to.equal(undefined);
    for (const { name, description } of faults)
      expect(help).to.include(name).and.include(description);
  });

  for (const [flag, text] of [
    ["--seed", "2147483648"],
    ["--seed", "1.5"],
    ["--rounds", "0"],
    ["--rounds", "10001"],
    ["--minutes", "0.04"],
    ["--minutes", "soon"],
    ["--rate", "1001"],
    ["--quiet", "0"],
    ["--only", "earthquake"],
    ["--depth", "3"],
  ] as const)
    it(`refuses ${flag} ${text}, and says why`, () => {
      expect(() => read(flag, text))
        .to.throw(UsageError)
        .with.property("message")
        .that.includes(flag);
    });

  it("takes the edges of its limits", () => {
    expect(read("--seed", "2147483647", "--rounds", "10000", "--rate", "1000")).to.include({
      seed: 2_147_483_647,
      rounds: 10_000,
      ordersPerSecond: 1_000,
    });
    expect(read("--minutes", "0.05", "--rounds", "1", "--quiet", "1")).to.include({
      roundMs: 3_000,
      quietWithinMs: 1_000,
    });
  });
});
