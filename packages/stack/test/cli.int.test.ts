import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { findStack, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { eventually, isAlive } from "./support.ts";

const cli = join(import.meta.dirname, "../src/cli.ts");
const fixture = join(import.meta.dirname, "fixtures/stack.ts");

function run(file: string, ...args: string[]) {
  const { DATABASE_URL: _, NATS_URL: __, ...env } = process.env;
  const child = spawn(process.execPath, [file, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, ended, output: text(child.stdout), problems: text(child.stderr) };
}

async function untilPrinted(child: ChildProcess, wanted: string): Promise<void> {
  let printed = "";
  child.stdout?.on("data", (data) => {
    printed += data;
  });
  await eventually(() => printed.includes(wanted) || child.exitCode !== null);
}

describe("npm start", () => {
  it("tells its options", async () => {
    const { ended, output } = run(cli, "--help");
    expect(await output)
      .to.include("--data-dir")
      .and.include("--replicas")
      .and.include("--ports");
    expect(await ended).to.equal(0);
  });

  it("says what is wrong with the command line", async () => {
    const { ended, problems } = run(cli, "--ports", "order=70000");
    expect(await problems).to.include(
      '--ports order: "70000" is not a whole number from 1 to 65535',
    );
    expect(await ended).to.equal(2);
  });

  it("starts, and stops everything at SIGTERM", async () => {
    const dataDir = testFolder("cli");
    const args = ["--data-dir", dataDir, "--services", "user", "--port-base", "free"];
    const { child, ended, output } = run(cli, ...args);
    await untilPrinted(child, "Ready in");
    const pids = findStack(dataDir)?.processes.map(({ pid }) => pid) ?? [];
    expect(pids).to.have.length(3);
    child.kill("SIGTERM");
    expect(await ended).to.equal(0);
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(await output)
      .to.match(/user +127\.0\.0\.1:\d+ +ready in \d+\.\d s/)
      .and.include("Stopped.");
  });
});

describe("a stack whose own process is killed", () => {
  it("leaves no process behind, and starts again", async () => {
    const dataDir = testFolder("killed");
    const first = run(fixture, dataDir);
    await untilPrinted(first.child, "up");
    const pids = findStack(dataDir)?.processes.map(({ pid }) => pid) ?? [];
    expect(pids).to.have.length(2);
    first.child.kill("SIGKILL");
    await eventually(() => !pids.some(isAlive));
    expect(existsSync(join(dataDir, "stack.lock"))).to.equal(true);

    const second = run(fixture, dataDir);
    await untilPrinted(second.child, "up");
    expect(second.child.exitCode).to.equal(null);
    second.child.kill("SIGKILL");
    await second.ended;
  });

  it("has its servers stopped by the next start when its guardian is killed too", async () => {
    const dataDir = testFolder("killed");
    const first = run(fixture, dataDir);
    await untilPrinted(first.child, "up");
    const pids = findStack(dataDir)?.processes.map(({ pid }) => pid) ?? [];
    const children = execFileSync("ps", ["-o", "pid=,comm=", "--ppid", String(first.child.pid)]);
    const guardian = /(\d+) sh\b/.exec(children.toString())?.[1];
    process.kill(Number(guardian), "SIGKILL");
    first.child.kill("SIGKILL");
    await first.ended;
    expect(pids.filter(isAlive)).to.deep.equal(pids);

    const second = run(fixture, dataDir);
    await untilPrinted(second.child, "up");
    expect(second.child.exitCode).to.equal(null);
    expect(pids.filter(isAlive)).to.deep.equal([]);
    second.child.kill("SIGKILL");
    await second.ended;
  });

  it("does not keep the next start waiting for long", async () => {
    const dataDir = testFolder("killed");
    const first = run(fixture, dataDir);
    await untilPrinted(first.child, "up");
    first.child.kill("SIGKILL");
    const second = run(fixture, dataDir);
    await untilPrinted(second.child, "up");
    expect(second.child.exitCode).to.equal(null);
    second.child.kill("SIGKILL");
    await second.ended;
  });
});
