import { runTool, type Tool } from "@waybill/chassis/commandLine";
import { DataFolderError, StackRunningError } from "@waybill/stack";
import { BackupError } from "./takeBackup.ts";

/** Runs a command of this package: it does something, and tells what it has done. */
export async function runCommand<Arguments>({
  act,
  ...tool
}: Omit<Tool<Arguments>, "run" | "expected"> & {
  readonly act: (given: Arguments) => Promise<string>;
}): Promise<void> {
  const run = async (given: Arguments) => {
    console.log(await act(given));
    return 0;
  };
  await runTool({ ...tool, run, expected: [BackupError, StackRunningError, DataFolderError] });
}
