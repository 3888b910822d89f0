import { writeFileSync } from "node:fs";
import { runTool } from "@waybill/chassis/commandLine";
import { KILLED_EXIT_CODE, onStopSignals } from "@waybill/stack";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { formatReport, printing } from "./cli/printing.ts";
import { playRounds } from "./run/playRounds.ts";

const BROKEN = 1;

/** Plays, prints, and answers the exit code. */
async function run({ reportFile, ...options }: Arguments): Promise<number> {
  const stopping = new AbortController();
  const stop = () => {
    console.log(
      "\nStopping. Again Ctrl-C ends everything at once, and leaves the small disk mounted.",
    );
    stopping.abort(new Error("Stopped"));
  };
  onStopSignals(stop, () => process.exit(KILLED_EXIT_CODE)); // What still runs ends with this process.
  const { signal } = stopping;
  try {
    const report = await playRounds({ ...options, signal, watcher: printing() });
    console.log(formatReport(report));
    if (reportFile !== undefined) writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    return report.ok ? 0 : BROKEN;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.log("Stopped.");
    return process.exit(KILLED_EXIT_CODE); // A fault that had begun may still be starting something again.
  }
}

await runTool({ script: "faults", help, readArguments, run });
