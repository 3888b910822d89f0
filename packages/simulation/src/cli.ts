import { ArgumentError, help, readArguments } from "./cli/arguments.ts";
import { installVirtualTime } from "./engine/virtualTime.ts";
import { loadAs } from "./mutants/loading.ts";

try {
  const assignment = readArguments(process.argv.slice(2), Math.random);
  if (assignment === undefined) process.stdout.write(help);
  else {
    // Before anything else is loaded: what is, lives in virtual time, and reads as the mutant has it.
    installVirtualTime();
    loadAs(assignment.mutant);
    const { runSchedules } = await import("./cli/runSchedules.ts");
    process.exitCode = await runSchedules(assignment, (text) => process.stdout.write(text));
  }
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  process.stderr.write(`${error.message}\nnpm run simulate -- --help tells more.\n`);
  process.exitCode = 2;
}
