import { expect } from "chai";
import { simulate } from "./support/simulate.ts";

describe("the simulation of the protocol", () => {
  it("finds all promises kept in a fixed set of schedules", async () => {
    const { code, output } = await simulate("--seed", "1", "--schedules", "150");
    expect(code, output).to.equal(0);
    expect(output).to.match(/150 schedules, \d+ steps, .*: all promises kept/);
  });

  it("catches a broken rule, prints seed and trace, and plays the same schedule again", async () => {
    const mutant = ["--seed", "1", "--schedules", "40", "--mutant", "expiry-by-clock"];
    const first = await simulate(...mutant, "--workers", "1");
    expect(first.code, first.output).to.equal(0);
    const seed = /seed (\d+) breaks a promise/.exec(first.output)?.[1] ?? "none";
    expect(first.output).to.contain(`Again: npm run simulate -- --seed ${seed} --schedules 1`);
    const several = await simulate(...mutant, "--workers", "3");
    expect(traceOf(several.output), "several workers find the same").to.equal(
      traceOf(first.output),
    );
    const replay = ["--seed", seed, "--schedules", "1", "--mutant", "expiry-by-clock"];
    const again = await simulate(...replay);
    expect(traceOf(again.output)).to.equal(traceOf(first.output)).and.contain("Broken: ");
  });
});

/** From the head of the trace to what is broken. */
const traceOf = (output: string): string | undefined =>
  /The schedule of seed[\s\S]*?Broken: .*/.exec(output)?.[0];
