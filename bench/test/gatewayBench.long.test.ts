import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { GatewayReport } from "../src/gateway/gatewayReport.ts";

const cli = resolve(import.meta.dirname, "../src/gatewayCli.ts");
const run = promisify(execFile);

describe("npm run bench:gateway", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "waybill-bench-test-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("compares the gateway with gRPC on a stack of its own, and asks the doctor", async () => {
    const file = join(folder, "figures.json");
    const short = "--concurrency 4 --rounds 1 --seconds 1 --orders 50".split(" ");
    const { stdout } = await run(process.execPath, [cli, ...short, "--json", file]);
    const report: GatewayReport & { healthy: boolean } = JSON.parse(readFileSync(file, "utf8"));
    expect(report.healthy).to.equal(true);
    const ways = report.comparisons.flatMap((comparison) => comparison.ways);
    expect(ways).to.have.lengthOf(5);
    for (const { name, requests, p99, cpuMs, ratios, failures } of ways) {
      expect(failures, name).to.deep.equal([]);
      expect(requests, name).to.be.greaterThan(0);
      expect(p99, name).to.be.greaterThan(0);
      expect(cpuMs.gateway, name).to.be.at.least(0);
      expect(ratios.perSecond, name).to.be.greaterThan(0);
    }
    expect(stdout).to.include("All six promises are kept");
  });

  it("prints its options", async () => {
    const { stdout } = await run(process.execPath, [cli, "--help"]);
    expect(stdout).to.include("--rounds");
  });
});
