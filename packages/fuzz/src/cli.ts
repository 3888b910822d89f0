import { createLogger, onTermination } from "@waybill/chassis";
import { runTool } from "@waybill/chassis/commandLine";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { formatReport, printing } from "./cli/printing.ts";
import { fuzz } from "./run/fuzz.ts";
import { openStage } from "./stage/openStage.ts";
import { allTargets, chosen } from "./targets/allTargets.ts";

const logger = createLogger("fuzz", { level: "silent", format: "json" });

const WRONG = 1;

/** Sends, prints, and answers the exit code. */
async function run({ only, dataDir, ...options }: Arguments): Promise<number> {
  console.log(`Seed ${options.seed}`);
  await using stage = await openStage(dataDir);
  const targets = chosen(await allTargets(stage), only);
  using termination = onTermination({ logger });
  const { signal } = termination;
  const report = await fuzz(stage, targets, { ...options, signal, watcher: printing() });
  console.log(formatReport(report));
  return report.ok ? 0 : WRONG;
}

await runTool({ script: "fuzz", help, readArguments, run });
