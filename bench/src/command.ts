import { UsageError } from "@waybill/chassis/commandLine";

const USAGE_EXIT_CODE = 2;
const KILLED_EXIT_CODE = 130; // What a shell answers for a process that ended by SIGINT.
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const REPEATED_WITHIN_MS = 1_000;

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
export async function runCommand<Options>(command: Command<Options>): Promise<void> {
  try {
    const options = command.readOptions(process.argv.slice(2));
    if (options === undefined) console.log(command.help);
    else process.exitCode = await untilStopped(command, options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    if (error instanceof UsageError) {
      console.error(`npm run ${command.script} -- --help tells the options.`);
      process.exitCode = USAGE_EXIT_CODE;
    }
  }
}

/** Runs the benchmark until it is done or told to stop; answers the exit code. */
async function untilStopped<Options>(command: Command<Options>, options: Options): Promise<number> {
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
  console.log(`${command.title(options)}\n`);
  try {
    return await command.run(options, say, stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    console.log("Stopped.");
    return KILLED_EXIT_CODE;
  }
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
