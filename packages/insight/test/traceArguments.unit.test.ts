import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import { readArguments } from "../src/trace/arguments.ts";

describe("the command line of npm run trace", () => {
  it("names an order", () => {
    expect(readArguments(["o-1", "--batches"])).to.include({
      orderId: "o-1",
      batches: true,
      json: false,
    });
    expect(readArguments(["--help"])).to.equal(undefined);
  });

  for (const args of [[], ["one", "two"], ["o 1"], ["o".repeat(65)], ["o-1", "--colour"]]) {
    it(`is not understood as "${args.join(" ")}"`, () => {
      expect(() => readArguments(args)).to.throw(UsageError);
    });
  }

  it("takes an id of 64 characters", () => {
    expect(readArguments(["o".repeat(64)])?.orderId).to.have.length(64);
  });
});
