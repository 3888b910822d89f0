import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readArguments } from "../src/cli/arguments.ts";
import { clusterPlace, NoStackError } from "../src/place.ts";

describe("the demo's command line", () => {
  it("plays the story unless orders are wanted", () => {
    expect(readArguments([])?.load).to.equal(undefined);
    expect(readArguments(["--orders", "10", "--patience", "5"])?.load).to.deep.equal({
      orders: 10,
      concurrency: 32,
      cancelsPercent: 3,
      seed: 1,
      patienceMs: 5_000,
    });
    expect(readArguments(["--help"])).to.equal(undefined);
  });

  it("on a cluster, it must be told who it is and where the doctor looks", () => {
    expect(readArguments(["--cluster"])?.cluster).to.equal(true);
    expect(() => clusterPlace({ WAYBILL_TOKEN: "t" })).to.throw(NoStackError, "DATABASE_URL");
    const { addresses, books } = clusterPlace({
      WAYBILL_TOKEN: "t",
      DATABASE_URL: "postgres://db",
    });
    expect(addresses.status).to.deep.equal(["127.0.0.1:50052"]);
    expect(books).to.deep.equal({ databaseUrl: "postgres://db" });
  });

  it("refuses what makes no sense, and names it", () => {
    for (const args of [["--orders", "0"], ["--concurrency", "x"], ["--seed", "-1"], ["--what"]])
      expect(() => readArguments(args)).to.throw(UsageError, args[0]);
  });
});
