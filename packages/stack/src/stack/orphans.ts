import { setTimeout as delay } from "node:timers/promises";
import { isRunning } from "../process/identity.ts";
import { readStackRecord, type StackProcess } from "./stackFile.ts";

const GONE_WITHIN_MS = 15_000;
const POLL_MS = 50;

/**
 * Ends what is left of a stack whose supervisor died: its guardian is doing so already, unless it was killed too. The caller holds the
 * data folder's lock. Answers which parts were still running.
 */
export async function stopOrphans(dataDir: string): Promise<readonly string[]> {
  const left = readStackRecord(dataDir)?.processes.filter(isRunning) ?? [];
  signalAll(left, (part) => (part === "postgres" ? "SIGINT" : "SIGTERM"));
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (left.some(isRunning)) {
    if (performance.now() > deadline) signalAll(left.filter(isRunning), () => "SIGKILL");
    await delay(POLL_MS);
  }
  return left.map(({ part }) => part);
}

function signalAll(
  processes: readonly StackProcess[],
  signalFor: (part: string) => NodeJS.Signals,
): void {
  for (const { part, pid } of processes) {
    try {
      process.kill(pid, signalFor(part));
      process.kill(pid, "SIGCONT");
    } catch {
      // It ended meanwhile, which is what is wanted.
    }
  }
}
