import { expect } from "chai";
import { packages, ruleSources, type Source } from "./support/repository.ts";

const sources: readonly Source[] = [
  ...packages.flatMap((workspace) => workspace.sources),
  ...ruleSources,
];

/** Names that say nothing about what is inside, so that everything ends up there. */
const banned = /^(common|commons|shared|utils?|helpers?|misc|lib|core|base|types|interfaces)$/;

const linesWith = (pattern: RegExp): string[] =>
  sources.flatMap(({ path, text }) =>
    text
      .split("\n")
      .map((line, index) => `${path}:${index + 1} ${line}`)
      .filter((_, index) => pattern.test(text.split("\n")[index] ?? "")),
  );

describe("names", () => {
  it("no folder or file is named common, shared, utils, types and the like", () => {
    const wrong = sources.filter(({ path }) =>
      path.split("/").some((part) => banned.test(part.replace(/\..*$/, ""))),
    );
    expect(wrong.map(({ path }) => path)).to.deep.equal([]);
  });

  it("nothing is exported as default", () => {
    expect(linesWith(/^export default\b|^export \{[^}]*\bas default\b/)).to.deep.equal([]);
  });

  it("there is no enum: Node does not run it", () => {
    expect(linesWith(/^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w+\s*\{/)).to.deep.equal([]);
  });

  it("interfaces have no I before their name", () => {
    expect(linesWith(/^(export )?interface I[A-Z][a-z]/)).to.deep.equal([]);
  });

  it("every test says in its name what it costs", () => {
    const tests = sources.filter(({ path }) => /\/test\/.*\.test\.ts$|^test\//.test(path));
    const unsaid = tests.filter(
      ({ path }) => path.endsWith(".test.ts") && !/\.(unit|int|e2e|long)\.test\.ts$/.test(path),
    );
    expect(unsaid.map(({ path }) => path)).to.deep.equal([]);
  });
});
