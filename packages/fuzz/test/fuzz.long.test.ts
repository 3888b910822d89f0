import { expect } from "chai";
import { allTargets, formatReport, fuzz, openStage, printing } from "../src/index.ts";

/** A few inputs for each target; `npm run fuzz` sends as many as one likes, of any seed. */
const seed = 1;
const inputs = 1_000;

describe("whatever is sent", () => {
  it(`none of ${inputs} random and mutated inputs to every RPC, route and port is answered wrongly, and no process ends`, async () => {
    await using stage = await openStage(undefined);
    const lines: string[] = [];
    const watcher = printing((text) => lines.push(text));
    const report = await fuzz(stage, await allTargets(stage), { inputs, seed, watcher });
    expect(report.ok, [...lines, formatReport(report)].join("\n")).to.equal(true);
    for (const { name, counts } of report.counts)
      expect(counts.inputs, name).to.be.at.least(inputs / report.counts.length);
  }).timeout(120_000);
});
