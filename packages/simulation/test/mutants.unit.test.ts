import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { applied } from "../src/mutants/loading.ts";
import { mutants } from "../src/mutants/mutants.ts";

const root = join(import.meta.dirname, "../../..");

describe("mutants", () => {
  for (const [name, { edits }] of Object.entries(mutants)) {
    it(`${name} fits the code of production`, () => {
      for (const edit of edits) {
        const source = readFileSync(join(root, edit.file), "utf8");
        expect(applied(source, edit)).to.not.equal(source);
      }
    });
  }

  it("an edit that fits nowhere, or in two places, is refused with the remedy", () => {
    const edit = { file: "rule.ts", find: "once", put: "twice" };
    expect(() => applied("never", edit)).to.throw(/rule\.ts has 0 places .*mutants\.ts/);
    expect(() => applied("once, once", edit)).to.throw(/rule\.ts has 2 places/);
    expect(applied("once", edit)).to.equal("twice");
  });
});
