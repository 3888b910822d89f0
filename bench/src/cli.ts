import { writeFileSync } from "node:fs";
import { formatDiagnosis } from "@waybill/doctor";
import { type Outcome, runBench } from "./bench.ts";
import { type BenchOptions, help, readOptions, UsageError } from "./options.ts";
import { tables, title } from "./report/printing.ts";

const USAGE_EXIT_CODE = 2;
const KILLED_EXIT_CODE = 130; // What a shell answers for a process that ended by SIGINT.
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const REPEATED_WITHIN_MS = 1_000;

/** Runs the benchmark until it is done or told to stop; answers the exit code. */
async function main(options: BenchOptions): Promise<number> {
  const stopping = new AbortController();
  onStopSignals(() => {
    console.log("\nStopping. Again Ctrl-C ends everything at once.");
    stopping.abort(new Error("Stopped"));
  });
  const startedAt = performance.now();
  const say = (text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${seconds.padStart(6)} s  ${text}`);
  };
  console.log(`Waybill's benchmark: ${title(options)}\n`);
  try {
    const outcome = await runBench(options, say, stopping.signal);
    return present(outcome, options);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    console.log("Stopped.");
    return KILLED_EXIT_CODE;
  }
}

function present({ report, diagnosis, keptIn }: Outcome, { jsonFile }: BenchOptions): number {
  console.log(tables(report));
  console.log(`\n${formatDiagnosis(diagnosis)}`);
  if (keptIn !== undefined)
    console.log(`\nKept in ${keptIn}; npm run doctor -- --data-dir ${keptIn} looks again.`);
  if (jsonFile !== undefined) {
    const { healthy, promises } = diagnosis;
    writeFileSync(jsonFile, `${JSON.stringify({ ...report, healthy, promises }, null, 2)}\n`);
  }
  const isComplete = report.failures.length === 0 && report.unfinished === 0;
  return isComplete && diagnosis.healthy ? 0 : 1;
}

function onStopSignals(first: () => void): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first();
    } else if (now - firstAt > REPEATED_WITHIN_MS) process.exit(KILLED_EXIT_CODE); // What still runs ends with this process.
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // The terminal was closed.
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  if (error instanceof UsageError) {
    console.error("npm run bench -- --help tells the options.");
    process.exitCode = USAGE_EXIT_CODE;
  }
}
