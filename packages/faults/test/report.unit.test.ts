import { expect } from "chai";
import { formatReport } from "../src/cli/printing.ts";
import { summarize } from "../src/run/report.ts";

describe("the report of the fault harness", () => {
  it("is no success when all faults were left out", () => {
    const report = summarize([], { "disk-full": "a small disk cannot be mounted here" });
    expect(report.ok).to.equal(false);
    expect(formatReport(report)).to.include("✘ Nothing was proved");
  });
});
