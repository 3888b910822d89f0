import { runTool } from "@waybill/chassis/commandLine";
import { KILLED_EXIT_CODE, onStopSignals } from "@waybill/stack";

/** Told what begins. */
export type Say = (text: string) => void;

/** A benchmark for the terminal. */
export interface Command<Options> {
  /** Its name for npm run. */
  readonly script: string;
  readonly help: string;
  /** Reads the command line. Undefined: help is wanted. Throws UsageError. */
  readonly readOptions: (args: readonly string[]) => Options | undefined;
  /** What is going to be measured. */
  readonly title: (options: Options) => string;
  /** Measures and prints; answers the exit code. Rejects with the signal's reason when it aborts. */
  readonly run: (options: Options, say: Say, signal: AbortSignal) => Promise<number>;
}

/** Does what the command line says, and sets the exit code. */
export const runCommand = <Options>(command: Command<Options>): Promise<void> =>
  runTool({
    script: command.script,
    help: command.help,
    readArguments: command.readOptions,
    run: (options) => untilStopped(command, options),
    expected: [Error],
  });

/** Runs the benchmark until it is done or told to stop; answers the exit code. */
async function untilStopped<Options>(command: Command<Options>, options: Options): Promise<number> {
  const stopping = new AbortController();
  const stop = () => {
    console.log("\nStopping. Again Ctrl-C ends everything at once.");
    stopping.abort(new Error("Stopped"));
  };
  onStopSignals(stop, () => process.exit(KILLED_EXIT_CODE)); // What still runs ends with this process.
  const startedAt = performance.now();
  const say = (text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${seconds.padStart(6)} s  ${text}`);
  };
  console.log(`${command.title(options)}\n`);
  try {
    return await command.run(options, say, stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    console.log("Stopped.");
    return KILLED_EXIT_CODE;
  }
}
