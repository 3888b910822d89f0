import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect } from "chai";

const cli = resolve(import.meta.dirname, "../src/guardCli.ts");

describe("npm run bench:guard", () => {
  it("counts no more per order than is recorded", function () {
    this.timeout(180_000);
    const args = [cli, "--rounds", "2", "--orders", "1000"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(status, stdout + stderr).to.equal(0);
  });
});
