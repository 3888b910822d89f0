import { rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Daemon, type DaemonSpec, testFolder } from "../src/index.ts";
import type { StackEvent } from "../src/stack/events.ts";
import { Parts } from "../src/stack/parts.ts";

/** More than a string can hold, and nothing on the disk. */
const HUGE_BYTES = 600 * 1024 * 1024;

describe("a part that is killed", () => {
  it("is started again also when its log cannot be shown, and nobody can be told", async () => {
    const events: StackEvent[] = [];
    const report = (event: StackEvent) => {
      events.push(event);
      throw new Error("Told nobody: the terminal is gone");
    };
    const logFile = join(testFolder("parts"), "log");
    const spec: DaemonSpec = {
      ...{ name: "part", command: "sh", args: ["-c", "echo last words; exec sleep 600"] },
      ...{ logFile, stopSignal: "TERM", isReady: async () => true, readyWithinMs: 10_000 },
    };
    const parts = new Parts(report, () => {});
    const run = (signal: AbortSignal) => Daemon.start(spec, signal);
    await parts.start({ name: "part", address: "nowhere", logFile, run });
    for (const spoil of [rmSync, (log: string) => truncateSync(log, HUGE_BYTES)]) {
      const before = parts.get("part").pid;
      spoil(logFile);
      await parts.get("part").kill("SIGKILL");
      await parts.get("part").untilReady();
      expect(parts.get("part").pid).to.be.a("number").and.not.equal(before);
    }
    await parts.destroy();
    const kinds = ["ready", "failed", "recovered", "failed", "recovered"];
    expect(events.map(({ kind }) => kind)).to.deep.equal(kinds);
    expect(events[1]).to.include({ problem: "SIGKILL", output: "" });
  });
});
