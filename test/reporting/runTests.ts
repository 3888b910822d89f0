/**
 * Runs all tests but the long ones (npm run test:long): first those of single parts, three files at a time, then those of the whole stack one after the other, since each of
 * them keeps the machine busy by itself. Prints one closing line for all. Arguments go to both runs of mocha.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** For a machine of two cores, of which two files would use half: they wait for servers most of the time. */
const jobs = "3";

const places = "{packages,services}/*/test/**/*";
const phases = [
  [
    "--parallel",
    "--jobs",
    jobs,
    `${places}.{unit,int}.test.ts`,
    "console/test/*.unit.test.ts",
    "bench/{,peers/}test/*.unit.test.ts",
    "deploy/*/test/*.{unit,int}.test.ts",
  ],
  [`${places}.e2e.test.ts`, "bench/test/*.e2e.test.ts", "test/**/*.test.ts"],
];

const counts = [0, 0, 0]; // passed, failed, skipped
const closingLine = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

function run(patterns: readonly string[]): Promise<number> {
  const mocha = spawn("mocha", [...process.argv.slice(2), ...patterns], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: mocha.stdout }).on("line", (line) => {
    const found = closingLine.exec(line);
    if (found === null) console.log(line);
    for (const [index, count] of found?.slice(1).entries() ?? [])
      counts[index] = (counts[index] ?? 0) + Number(count);
  });
  return new Promise((resolve, reject) => {
    mocha.once("error", reject);
    mocha.once("close", (code) => resolve(code ?? 1));
  });
}

let failed = false;
for (const phase of phases) failed = (await run(phase)) !== 0 || failed;
const [passed, failures, skipped] = counts;
console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
if (failed) process.exitCode = 1;
