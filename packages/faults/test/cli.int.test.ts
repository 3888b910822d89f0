import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { findStack, testFolder } from "@waybill/stack";
import { expect } from "chai";

const cli = join(import.meta.dirname, "../src/cli.ts");
const pollMs = 20;

describe("the command of the fault harness", () => {
  /** Plays these faults and stops it once that is printed, or has its data locked; answers its exit code. */
  async function stopped(only: string, dataDir: string, printed?: RegExp): Promise<number> {
    const args = [cli, "--seed", "7", "--only", only, "--data-dir", dataDir];
    const playing = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(playing, "exit");
    if (printed === undefined) {
      playing.stdout.resume();
      while (!existsSync(join(dataDir, "stack", "stack.lock"))) await delay(pollMs);
    } else for await (const line of createInterface(playing.stdout)) if (printed.test(line)) break;
    playing.kill("SIGINT");
    const [code] = await ended;
    return code;
  }

  it("leaves nothing mounted when it is stopped", async () => {
    const dataDir = join(testFolder("faults"), "data");
    expect(await stopped("disk-full", dataDir)).to.equal(130);
    if (process.platform === "linux")
      expect(readFileSync("/proc/mounts", "utf8")).not.to.include(dataDir);
  });

  it("begins nothing more when it is stopped in a round, and ends", async () => {
    const dataDir = join(testFolder("faults"), "data");
    const code = await stopped("rolling-restart,kill-all,database-gone", dataDir, /^Seed 7/);
    expect(code).to.equal(130);
    expect(findStack(join(dataDir, "stack"))).to.equal(undefined);
  });
});
