import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { Report } from "../src/report/report.ts";

const cli = resolve(import.meta.dirname, "../src/cli.ts");
const run = promisify(execFile);

describe("npm run bench", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "waybill-bench-test-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("places orders on a stack of its own, prints its figures, and asks the doctor", async () => {
    const file = join(folder, "figures.json");
    const args =
      "--orders 40 --rate 100 --warm-up 10 --items 20 --baskets hot --reads 0.2 --preload 100";
    const { stdout } = await run(process.execPath, [cli, ...args.split(" "), "--json", file]);
    const report: Report & { healthy: boolean } = JSON.parse(readFileSync(file, "utf8"));
    expect(report).to.include({ accepted: 40, delivered: 40, unfinished: 0, healthy: true });
    expect(report.deliveredPerSecond).to.be.greaterThan(0);
    expect(report.perOrder.events).to.equal(5);
    expect(report.perOrder.rpcs).to.be.greaterThan(1);
    expect(report.batches.map(({ point }) => point)).to.include("consume shipping");
    expect(report.listing?.byUser.p50).to.be.greaterThan(0);
    expect(report.acceptance.p50).to.be.greaterThan(0);
    expect(stdout).to.include("All six promises are kept");
  });

  it("prints its options", async () => {
    const { stdout } = await run(process.execPath, [cli, "--help"]);
    expect(stdout).to.include("--concurrency");
  });
});
