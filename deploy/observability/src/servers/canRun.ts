import { execFileSync } from "node:child_process";

/** Whether there is such a command on the PATH. */
export function canRun(command: string): boolean {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
