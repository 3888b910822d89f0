import { availableParallelism } from "node:os";
import { ArgumentError, help, readArguments } from "./cli/arguments.ts";
import { runSchedules } from "./cli/runSchedules.ts";

try {
  const assignment = readArguments(process.argv.slice(2), Math.random, availableParallelism());
  if (assignment === undefined) process.stdout.write(help);
  else process.exitCode = await runSchedules(assignment, (text) => process.stdout.write(text));
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  process.stderr.write(`${error.message}\nnpm run simulate -- --help tells more.\n`);
  process.exitCode = 2;
}
