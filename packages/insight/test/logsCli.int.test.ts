import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "@waybill/stack";
import { expect } from "chai";

const cli = join(import.meta.dirname, "../src/logsCli.ts");

const line = (time: number, level: string, msg: string): string =>
  `${JSON.stringify({ level, time: new Date(time).toISOString(), msg })}\n`;

describe("npm run logs", () => {
  let dataDir: string;
  const log = (part: string) => join(dataDir, "logs", `${part}.log`);

  beforeEach(() => {
    dataDir = testFolder("stack");
    mkdirSync(join(dataDir, "logs"));
    const now = Date.now();
    writeFileSync(
      log("order"),
      line(now - 3_600_000, "info", "long ago") + line(now, "warn", "now"),
    );
    writeFileSync(log("item"), line(now - 1_000, "info", "just now"));
  });

  const args = (...more: readonly string[]) => [cli, "--data-dir", dataDir, ...more];
  const run = (...more: readonly string[]) => {
    const child = spawnSync(process.execPath, args(...more), { encoding: "utf8" });
    return { code: child.status, out: child.stdout, error: child.stderr };
  };

  it("shows all logs, without colour where there is no terminal", () => {
    const { code, out } = run();
    expect(code).to.equal(0);
    const words = [...out.matchAll(/^.{18} (\w+) +([A-Z]+) +(.*)$/gm)].map((found) =>
      found.slice(1).join(" "),
    );
    expect(words).to.deep.equal(["order INFO long ago", "item INFO just now", "order WARN now"]);
    expect(out).not.to.include("\x1b");
  });

  it("shows what is asked for", () => {
    expect(run("--since", "10m").out).not.to.include("long ago");
    expect(run("--level", "warn").out.trim().split("\n")).to.have.length(1);
    expect(run("item").out).to.include("just now").and.not.to.include("order");
  });

  it("ends with 2 when it is not understood, and with 1 when there are no logs", () => {
    expect(run("--since", "soon")).to.deep.include({ code: 2, out: "" });
    const { code, error } = run("payment");
    expect(code).to.equal(1);
    expect(error).to.equal(
      `There are no logs of payment in ${dataDir}/logs. Start a stack with npm start, or name the data folder of another one with --data-dir.\n`,
    );
  });

  it("follows, until Ctrl-C ends it", async () => {
    const child = spawn(process.execPath, args("--follow", "--since", "10m"), {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (data) => {
      printed += data;
    });
    while (!printed.includes("WARN  now")) await once(child.stdout, "data");
    appendFileSync(log("order"), line(Date.now(), "info", "and later"));
    while (!printed.includes("and later")) await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
  });
});
