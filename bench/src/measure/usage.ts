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
  /** Of each of its processes. */
  readonly memories: readonly ProcessMemory[];
}

/** What a part used between two readings; a process started anew in between counts from its start. */
export type UsedBetween = Omit<Usage, "pid">;

/** Reads what each part uses, with all processes beneath it: PostgreSQL's connections are processes of their own. */
export function readUsage(parts: readonly Measured[]): Usage[] {
  const processes = readProcesses();
  return parts.map(({ part, pid, alone = false }) => {
    const tree = beneath(pid, processes).slice(0, alone ? 1 : undefined);
    const cpuSeconds = tree.reduce((sum, process) => sum + process.cpuSeconds, 0);
    const memories = tree
      .map((process) => readMemory(process.pid))
      .filter((it) => it !== undefined);
    return { part, pid, cpuSeconds: alone ? ownCpuSeconds() : cpuSeconds, memories };
  });
}

export function usedBetween(before: readonly Usage[], after: readonly Usage[]): UsedBetween[] {
  return after.map(({ part, pid, cpuSeconds, memories }) => {
    const earlier = before.find((usage) => usage.part === part && usage.pid === pid);
    return { part, cpuSeconds: cpuSeconds - (earlier?.cpuSeconds ?? 0), memories };
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

/** The most that these processes had in memory. */
export const peakBytesOf = (memories: readonly ProcessMemory[]): number =>
  bytesOf(memories, ({ peakBytes }) => peakBytes);

/** What these processes have in memory now. */
export const residentBytesOf = (memories: readonly ProcessMemory[]): number =>
  bytesOf(memories, ({ residentBytes }) => residentBytes);

/**
 * Pages that processes of one program share count once: its code, and the buffers of PostgreSQL, which are mapped into all of its
 * processes.
 */
function bytesOf(
  memories: readonly ProcessMemory[],
  allOf: (memory: ProcessMemory) => number,
): number {
  const sharedBytes = new Map<string, number>();
  let privateBytes = 0;
  for (const memory of memories) {
    privateBytes += allOf(memory) - memory.sharedBytes;
    const known = sharedBytes.get(memory.program) ?? 0;
    sharedBytes.set(memory.program, Math.max(known, memory.sharedBytes));
  }
  return [...sharedBytes.values()].reduce((sum, bytes) => sum + bytes, privateBytes);
}
