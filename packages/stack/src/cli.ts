import { help, readArguments, UsageError } from "./cli/arguments.ts";
import { line, welcome } from "./cli/printing.ts";
import type { StackOptions } from "./stack/options.ts";
import type { Stack } from "./stack/stack.ts";
import { startStack } from "./stack/startStack.ts";

const USAGE_EXIT_CODE = 2;
const KILLED_EXIT_CODE = 130; // What a shell answers for a process that ended by SIGINT.
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const REPEATED_WITHIN_MS = 1_000;

/** Runs the stack until it is told to stop; answers the exit code. */
async function main(options: StackOptions): Promise<number> {
  const stopping = new AbortController();
  let stack: Stack | undefined;
  onStopSignals(
    () => {
      console.log("\nStopping. Again Ctrl-C ends everything at once.");
      stopping.abort(new Error("Stopped"));
    },
    () => {
      void stack?.destroy();
      process.exit(KILLED_EXIT_CODE); // What still runs ends with this process.
    },
  );
  const startedAt = performance.now();
  console.log("Waybill");
  try {
    const report = (event: Parameters<typeof line>[0]) => console.log(line(event));
    stack = await startStack({ ...options, report, signal: stopping.signal });
    console.log(welcome(stack, performance.now() - startedAt, options.ephemeral === true));
    await untilAborted(stopping.signal);
    await stack.stop();
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  }
  console.log("Stopped.");
  return 0;
}

function onStopSignals(first: () => void, second: () => void): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first();
    } else if (now - firstAt > REPEATED_WITHIN_MS) second();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {}); // The terminal was closed.
}

/** Also keeps this process alive: its children do not. */
function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 2 ** 30);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
  });
}

try {
  const options = readArguments(process.argv.slice(2), process.env);
  if (options === undefined) console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  if (error instanceof UsageError) {
    console.error("npm start -- --help tells the options.");
    process.exitCode = USAGE_EXIT_CODE;
  }
}
