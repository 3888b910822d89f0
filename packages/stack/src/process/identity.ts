import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that can be told from another one that got the same id later. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in whatever terms the platform has. */
  started: string;
}

/** The identity of a process that runs; undefined when there is none of this id (a zombie does not run). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined;
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedElsewhere(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.started === identity.started;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // It is there, and somebody else's.
  }
}

/** The boot and the clock ticks since then; see proc(5), /proc/pid/stat, fields 3 (state) and 22 (starttime). */
function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // From field 3 on; the name before may contain anything.
    if (fields[0] === "Z") return undefined;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[19]}`;
  } catch {
    return undefined; // It ended meanwhile.
  }
}

function startedElsewhere(pid: number): string | undefined {
  if (process.platform === "win32") return "";
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}
