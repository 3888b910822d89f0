import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockDataFolder, StackRunningError, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { removeStale } from "../src/stack/stackLock.ts";

const gone = JSON.stringify({ pid: process.pid, started: "an earlier boot" });

describe("the lock of a data folder", () => {
  it("is taken over from a process that is gone, once", () => {
    const dataDir = testFolder("lock");
    const lockFile = join(dataDir, "stack.lock");
    writeFileSync(lockFile, gone);
    const release = lockDataFolder(dataDir);
    const ours = readFileSync(lockFile, "utf8");
    expect(() => lockDataFolder(dataDir)).to.throw(StackRunningError);
    // Another start, which has found the stale lock, too, and goes on only now.
    expect(removeStale(lockFile, gone)).to.equal(false);
    expect(readFileSync(lockFile, "utf8")).to.equal(ours);
    expect(readdirSync(dataDir)).to.deep.equal(["stack.lock"]);
    release();
    expect(removeStale(lockFile, gone), "nothing is there").to.equal(true);
    expect(readdirSync(dataDir)).to.deep.equal([]);
  });
});
