import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { exists, root, workspaces } from "./support/repository.ts";

/** One screen. */
const maxLines = 80;

describe("every package and service has a README of one screen", () => {
  for (const { path } of workspaces) {
    it(path, () => {
      expect(exists(`${path}/README.md`), `${path}/README.md exists`).to.equal(true);
      const text = readFileSync(join(root, path, "README.md"), "utf8").trimEnd();
      expect(text.split("\n").length, "lines").to.be.at.most(maxLines);
      expect(text).to.match(/^# \S/);
    });
  }
});
