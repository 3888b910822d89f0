import { createLogger, onTermination } from "@waybill/chassis";
import { UsageError } from "@waybill/chassis/commandLine";
import { type Arguments, help, readArguments } from "./cli/arguments.ts";
import { formatReport, printing } from "./cli/printing.ts";
import { fuzz } from "./run/fuzz.ts";
import { openStage } from "./stage/openStage.ts";
import { allTargets, chosen } from "./targets/allTargets.ts";

const logger = createLogger("fuzz", { level: "silent", format: "json" });

const WRONG = 1;
const USAGE = 2;

/** Sends, prints, and answers the exit code. */
async function main({ only, dataDir, ...options }: Arguments): Promise<number> {
  console.log(`Seed ${options.seed}`);
  await using stage = await openStage(dataDir);
  const targets = chosen(await allTargets(stage), only);
  if (targets.length === 0) throw new UsageError(`--only: "${only}" is in the name of no target`);
  using termination = onTermination({ logger });
  const { signal } = termination;
  const report = await fuzz(stage, targets, { ...options, signal, watcher: printing() });
  console.log(formatReport(report));
  return report.ok ? 0 : WRONG;
}

try {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? error.message : error);
  if (isUsage) console.error("npm run fuzz -- --help tells the options.");
  process.exitCode = isUsage ? USAGE : WRONG;
}
