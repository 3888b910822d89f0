import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { help, readArguments } from "../src/cli/arguments.ts";

const read = (...args: string[]) => readArguments(args, () => 0.5);

describe("the command line of the fuzzer", () => {
  it("needs nothing: ten thousand inputs to everything, by chance", () => {
    expect(read()).to.deep.equal({
      inputs: 10_000,
      seed: 500_000,
      only: undefined,
      dataDir: undefined,
    });
  });

  it("takes all that the help names, at the edges of its limits", () => {
    const least = read("--inputs", "1", "--seed", "0", "--only", "order", "--data-dir", "here");
    expect(least).to.deep.equal({ inputs: 1, seed: 0, only: "order", dataDir: "here" });
    const most = read("--inputs", "100000000", "--seed", "2147483647");
    expect(most).to.include({ inputs: 100_000_000, seed: 2_147_483_647 });
    for (const flag of ["--inputs", "--seed", "--only", "--data-dir", "--help"])
      expect(help).to.include(flag);
    expect(read("--help")).to.equal(undefined);
  });

  for (const [flag, text] of [
    ["--inputs", "0"],
    ["--inputs", "100000001"],
    ["--inputs", "many"],
    ["--seed", "-1"],
    ["--seed", "2147483648"],
    ["--depth", "3"],
  ] as const)
    it(`refuses ${flag} ${text}, and says why`, () => {
      expect(() => read(flag, text)).to.throw(UsageError, flag);
    });
});
