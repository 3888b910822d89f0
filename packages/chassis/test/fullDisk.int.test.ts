import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const talkative = join(import.meta.dirname, "fixtures/talkative.ts");

describe("the log on a full disk", () => {
  for (const format of ["json", "pretty"])
    it(`stops nothing (${format})`, function () {
      if (!existsSync("/dev/full")) return this.skip();
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(process.execPath, [talkative, format], {
        stdio: ["ignore", full, "pipe"],
        encoding: "utf8",
      });
      closeSync(full);
      expect(stderr).to.equal("done");
      expect(status).to.equal(0);
    });
});
