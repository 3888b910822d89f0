import { writeFileSync } from "node:fs";
import { createLogger, onTermination } from "@waybill/chassis";
import { runTool } from "@waybill/chassis/commandLine";
import { KILLED_EXIT_CODE } from "@waybill/stack";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { formatReport, printing } from "./cli/printing.ts";
import { playRounds } from "./run/playRounds.ts";

const logger = createLogger("faults", { level: "silent", format: "json" });

const BROKEN = 1;

/** Plays, prints, and answers the exit code. */
async function run({ reportFile, ...options }: Arguments): Promise<number> {
  using termination = onTermination({ logger });
  const { signal } = termination;
  try {
    const report = await playRounds({ ...options, signal, watcher: printing() });
    console.log(formatReport(report));
    if (reportFile !== undefined) writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    return report.ok ? 0 : BROKEN;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log("Stopped.");
    return KILLED_EXIT_CODE;
  }
}

await runTool({ script: "faults", help, readArguments, run });
