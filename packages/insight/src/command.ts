import { CannotShowError, UsageError } from "./cannotShowError.ts";

const NOTHING_TO_SHOW = 1;
const NOT_UNDERSTOOD = 2;

/** Runs a command of this package; what it expects to go wrong is told without a stack trace. */
export async function runCommand(name: string, main: () => Promise<void>): Promise<void> {
  process.stdout.on("error", () => process.exit(0)); // Whoever reads has seen enough, as head does.
  try {
    await main();
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(isUsage || error instanceof CannotShowError ? error.message : error);
    if (isUsage) console.error(`npm run ${name} -- --help tells the options.`);
    process.exitCode = isUsage ? NOT_UNDERSTOOD : NOTHING_TO_SHOW;
  }
}
