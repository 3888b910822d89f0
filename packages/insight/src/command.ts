import { runTool, type Tool } from "@waybill/chassis/commandLine";
import { DataFolderError } from "@waybill/stack";
import { CannotShowError } from "./cannotShowError.ts";

/** Runs a command of this package: it shows something, or says why it cannot. */
export async function runCommand<Arguments>({
  show,
  ...tool
}: Omit<Tool<Arguments>, "run" | "expected"> & {
  readonly show: (given: Arguments) => Promise<void>;
}): Promise<void> {
  process.stdout.on("error", () => process.exit(0)); // Whoever reads has seen enough, as head does.
  const run = async (given: Arguments) => {
    await show(given);
    return 0;
  };
  await runTool({ ...tool, run, expected: [CannotShowError, DataFolderError] });
}
