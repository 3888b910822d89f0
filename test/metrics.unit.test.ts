import { expect } from "chai";
import { documentedMetrics, instrumentsIn } from "./support/metrics.ts";
import { workspaces } from "./support/repository.ts";

/** Of libraries: the whole stack shows them, see e2e/metrics. */
const isOwn = ({ instrument }: { instrument: string }) =>
  !/^(nodejs|v8js)\.|^target_info$/.test(instrument);

describe("docs/metrics.md", () => {
  const made = workspaces
    .flatMap(({ sources }) => sources)
    .filter(({ path }) => !path.includes("/test/"))
    .flatMap(({ text }) => instrumentsIn(text));
  const documented = documentedMetrics().filter(isOwn);
  const told = ({ instrument, kind, unit, meaning }: (typeof made)[number]) =>
    `${instrument} ${kind} ${unit}: ${meaning}`;

  it("tells of every metric that the sources make, and of no other, in the words of /metrics", () => {
    expect(documented.map(told).sort()).to.deep.equal([...new Set(made.map(told))].sort());
  });

  it("names no metric twice", () => {
    const names = documentedMetrics().map(({ name }) => name);
    expect(names).to.have.length(new Set(names).size);
  });
});
