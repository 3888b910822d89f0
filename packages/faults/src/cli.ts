import { writeFileSync } from "node:fs";
import { runTool } from "@waybill/chassis/commandLine";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { formatReport, printing } from "./cli/printing.ts";
import { playRounds } from "./run/playRounds.ts";

const BROKEN = 1;

/** Plays, prints, and answers the exit code. */
async function run({ reportFile, ...options }: Arguments): Promise<number> {
  const report = await playRounds({ ...options, watcher: printing() });
  console.log(formatReport(report));
  if (reportFile !== undefined) writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  return report.ok ? 0 : BROKEN;
}

await runTool({ script: "faults", help, readArguments, run });
