import { writeFileSync } from "node:fs";
import { UsageError } from "@waybill/chassis/commandLine";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { formatReport, printing } from "./cli/printing.ts";
import { playRounds } from "./run/playRounds.ts";

const BROKEN = 1;
const USAGE = 2;

/** Plays, prints, and answers the exit code. */
async function main({ reportFile, ...options }: Arguments): Promise<number> {
  const report = await playRounds({ ...options, watcher: printing() });
  console.log(formatReport(report));
  if (reportFile !== undefined) writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  return report.ok ? 0 : BROKEN;
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? error.message : error);
  if (isUsage) console.error("npm run faults -- --help tells the options.");
  process.exitCode = isUsage ? USAGE : BROKEN;
}
