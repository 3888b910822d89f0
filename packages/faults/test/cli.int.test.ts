import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { testFolder } from "@waybill/stack";
import { expect } from "chai";

const cli = join(import.meta.dirname, "../src/cli.ts");
const pollMs = 20;

describe("the command of the fault harness", () => {
  it("leaves nothing mounted when it is stopped", async () => {
    const dataDir = join(testFolder("faults"), "data");
    const args = [cli, "--only", "disk-full", "--data-dir", dataDir];
    const playing = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(playing, "exit");
    while (!existsSync(join(dataDir, "stack", "stack.lock"))) await delay(pollMs);
    playing.kill("SIGINT");
    const [code] = await ended;
    expect(code).to.equal(130);
    if (process.platform === "linux")
      expect(readFileSync("/proc/mounts", "utf8")).not.to.include(dataDir);
  });
});
