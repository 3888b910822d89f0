import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const GONE_WITHIN_MS = 15_000; // A fast shutdown writes a checkpoint.
const POLL_MS = 20;

/**
 * Recovers the cluster from a server that is gone without a trace of its own: PostgreSQL refuses to start while its lock file names a process
 * id that is in use, be it by a stranger after a power cut. A server that still runs is stopped; the processes that outlive a killed one
 * for a moment are waited for.
 */
export async function clearStaleLock(cluster: string): Promise<void> {
  const lockFile = join(cluster, "postmaster.pid");
  if (process.platform !== "linux" || !existsSync(lockFile)) return; // Elsewhere PostgreSQL decides, and its message is shown.
  const postmaster = Number.parseInt(readFileSync(lockFile, "utf8"), 10);
  if (processesIn(cluster).includes(postmaster)) process.kill(postmaster, "SIGINT");
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (processesIn(cluster).length > 0) {
    if (performance.now() > deadline)
      throw new Error(`Another PostgreSQL still works in ${cluster} (process ${postmaster})`);
    await delay(POLL_MS);
  }
  rmSync(lockFile, { force: true });
}

/** Every PostgreSQL process works in the folder of its cluster. */
function processesIn(folder: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && workingFolder(entry) === folder)
    .map(Number);
}

function workingFolder(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // Ended meanwhile, or somebody else's.
  }
}
