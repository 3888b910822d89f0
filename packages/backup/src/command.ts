import { DataFolderError, StackRunningError } from "@waybill/stack";
import { BackupError } from "./takeBackup.ts";

/** The command line cannot be understood; the message says what. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const USAGE_EXIT_CODE = 2;
const expected = [BackupError, UsageError, StackRunningError, DataFolderError];

/** Runs a command, prints what it answers, and sets the exit code: 1 when it failed, 2 when it was not understood. */
export async function runCommand(
  name: string,
  run: (args: readonly string[]) => Promise<string>,
): Promise<void> {
  try {
    console.log(await run(process.argv.slice(2)));
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseError(error);
    const isExpected = isUsage || expected.some((kind) => error instanceof kind);
    console.error(isExpected ? (error as Error).message : error);
    if (isUsage) console.error(`npm run ${name} -- --help tells the options.`);
    process.exitCode = isUsage ? USAGE_EXIT_CODE : 1;
  }
}

const isParseError = (error: unknown): boolean =>
  String((error as { code?: string }).code).startsWith("ERR_PARSE_ARGS");
