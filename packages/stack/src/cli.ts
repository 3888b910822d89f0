import { runTool } from "@waybill/chassis/commandLine";
import { help, readArguments } from "./cli/arguments.ts";
import { line, welcome } from "./cli/printing.ts";
import { KILLED_EXIT_CODE, onStopSignals } from "./cli/stopSignals.ts";
import type { StackOptions } from "./stack/options.ts";
import type { Stack } from "./stack/stack.ts";
import { startStack } from "./stack/startStack.ts";

const PARENT_CHECK_MS = 500;

/** Runs the stack until it is told to stop; answers the exit code. */
async function main(options: StackOptions): Promise<number> {
  const stopping = new AbortController();
  let stack: Stack | undefined;
  const stop = () => {
    if (stopping.signal.aborted) return;
    console.log("\nStopping. Again Ctrl-C ends everything at once.");
    stopping.abort(new Error("Stopped"));
  };
  onStopSignals(stop, () => {
    void stack?.destroy();
    process.exit(KILLED_EXIT_CODE); // What still runs ends with this process.
  });
  using _watch = onParentGone(stop);
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

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

/**
 * Calls back when npm is gone: a SIGTERM to npm ends its shell, but is not passed on to this process. The timer also keeps this process
 * alive, which its children do not.
 */
function onParentGone(act: () => void): Disposable {
  const parent = process.ppid;
  const isUnderNpm = process.env.npm_lifecycle_event !== undefined;
  const watch = setInterval(() => {
    if (isUnderNpm && process.ppid !== parent) act();
  }, PARENT_CHECK_MS);
  return { [Symbol.dispose]: () => clearInterval(watch) };
}

await runTool({
  script: "start",
  help,
  readArguments: (args) => readArguments(args, process.env),
  run: main,
  expected: [Error],
});
