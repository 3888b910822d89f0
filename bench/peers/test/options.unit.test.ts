import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readPeersOptions } from "../src/options.ts";

const known = ["waybill", "limit", "saga"];

describe("the command line of the comparison", () => {
  it("has a default for everything", () => {
    expect(readPeersOptions([], known)).to.deep.equal({
      rounds: 3,
      load: { orders: 2_000, concurrency: 64, warmUp: 1_000 },
      names: known,
      jsonFile: undefined,
    });
  });

  it("takes some of the contenders, in the usual order", () => {
    expect(readPeersOptions(["--only", "saga,waybill"], known)?.names).to.deep.equal([
      "waybill",
      "saga",
    ]);
  });

  it("refuses what makes no sense", () => {
    expect(() => readPeersOptions(["--only", "temporal"], known)).to.throw(UsageError, "temporal");
    expect(() => readPeersOptions(["--rounds", "0"], known)).to.throw(UsageError, "--rounds");
    expect(() => readPeersOptions(["--turns", "1"], known)).to.throw(UsageError, "--turns");
  });

  it("gives no options to who wants help", () => {
    expect(readPeersOptions(["--help"], known)).to.equal(undefined);
  });
});
