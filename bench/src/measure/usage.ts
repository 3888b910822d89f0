import { type ProcessMemory, type ProcessStat, readMemory, readProcesses } from "./procfs.ts";

/** A process to measure. */
export interface Measured {
  /** For people: "order", "postgres". */
  readonly part: string;
  readonly pid: number;
  /** Its children count for others: the load generator is the parent of the whole stack. */
  readonly alone?: boolean;
}

/** What a part has used up to now. */
export interface Usage {
  readonly part: string;
  readonly pid: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** What a part used between two readings; a process started anew in between counts from its start. */
export interface UsedBetween {
  readonly part: string;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** Reads what each part uses, with all processes beneath it: PostgreSQL's connections are processes of their own. */
export function readUsage(parts: readonly Measured[]): Usage[] {
  const processes = readProcesses();
  return parts.map(({ part, pid, alone = false }) => {
    const tree = alone
      ? processes.filter((process) => process.pid === pid)
      : beneath(pid, processes);
    const memories = tree
      .map((process) => readMemory(process.pid))
      .filter((it) => it !== undefined);
    const cpuSeconds = alone
      ? ownCpuSeconds()
      : tree.reduce((sum, process) => sum + process.cpuSeconds, 0);
    return { part, pid, cpuSeconds, peakBytes: peakOf(memories) };
  });
}

export function usedBetween(before: readonly Usage[], after: readonly Usage[]): UsedBetween[] {
  return after.map(({ part, pid, cpuSeconds, peakBytes }) => {
    const earlier = before.find((usage) => usage.part === part && usage.pid === pid);
    return { part, cpuSeconds: cpuSeconds - (earlier?.cpuSeconds ?? 0), peakBytes };
  });
}

/** Without the children that have ended. */
function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** A process, its children, their children and so on. */
export function beneath(pid: number, processes: readonly ProcessStat[]): ProcessStat[] {
  const children = processes.filter(({ parent }) => parent === pid);
  const itself = processes.filter((process) => process.pid === pid);
  return [...itself, ...children.flatMap((child) => beneath(child.pid, processes))];
}

/** Pages that several processes share count once: the buffers of PostgreSQL are mapped into all of its processes. */
export function peakOf(memories: readonly ProcessMemory[]): number {
  const privateBytes = memories.map(({ peakBytes, sharedBytes }) => peakBytes - sharedBytes);
  const sharedBytes = memories.map((memory) => memory.sharedBytes);
  return privateBytes.reduce((sum, bytes) => sum + bytes, 0) + Math.max(0, ...sharedBytes);
}
