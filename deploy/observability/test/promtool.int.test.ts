import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ruleFiles } from "../src/rules.ts";
import { canRun } from "../src/servers/canRun.ts";

const tests = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.yaml"))
  .map((name) => join(import.meta.dirname, name));

describe("promtool", () => {
  before(function needsPromtool() {
    if (canRun("promtool")) return;
    console.log(
      "      SKIPPED: there is no promtool on the PATH (Debian: apt-get install prometheus)",
    );
    this.skip();
  });

  const promtool = (...args: readonly string[]) =>
    execFileSync("promtool", args, { encoding: "utf8", stdio: "pipe" });

  it("finds nothing wrong with the rules", () => {
    expect(promtool("check", "rules", ...ruleFiles())).to.include("SUCCESS");
  });

  it("sees the rules pass their tests", () => {
    expect(tests).to.have.length(2);
    expect(promtool("test", "rules", ...tests)).to.include("SUCCESS");
  });
});
