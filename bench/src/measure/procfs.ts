import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What Linux answers for sysconf(_SC_CLK_TCK) on every platform that Node runs on. */
const ticksPerSecond = 100;
const bytesPerKb = 1_024;

/** A process as /proc/<pid>/stat tells it. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** By the process and by those of its children that have ended and were waited for. Resolution: 10 ms. */
  readonly cpuSeconds: number;
}

/** The memory of a process as /proc/<pid>/status tells it. */
export interface ProcessMemory {
  /** The file that it runs. */
  readonly program: string;
  /** The most that was ever resident. */
  readonly peakBytes: number;
  readonly residentBytes: number;
  /** How much of what is resident now may be shared with others: files and shared memory. */
  readonly sharedBytes: number;
}

/** The line of /proc/<pid>/stat: man 5 proc_pid_stat. Throws when it is none. */
export function parseStat(line: string): ProcessStat {
  const end = line.lastIndexOf(")"); // The name before may contain anything.
  const pid = Number.parseInt(line, 10);
  const [, parent, ...rest] = line
    .slice(end + 2)
    .split(" ")
    .map(Number);
  const ticks = rest.slice(9, 13); // utime, stime, cutime, cstime: fields 14 to 17.
  if (end < 0 || parent === undefined || ticks.length < 4) throw new Error(`No stat line: ${line}`);
  return { pid, parent, cpuSeconds: ticks.reduce((sum, tick) => sum + tick, 0) / ticksPerSecond };
}

/** What the text of /proc/<pid>/status says; a process that has ended has no memory. */
export function parseMemory(text: string): Omit<ProcessMemory, "program"> {
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * bytesPerKb;
  return {
    peakBytes: bytes("VmHWM"),
    residentBytes: bytes("VmRSS"),
    sharedBytes: bytes("RssFile") + bytes("RssShmem"),
  };
}

/** All processes of this machine; empty where there is no /proc. */
export function readProcesses(): ProcessStat[] {
  const pids = attempt(() => readdirSync("/proc"))?.filter((name) => /^\d+$/.test(name)) ?? [];
  return pids.flatMap((pid) => {
    const line = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    return line === undefined ? [] : [parseStat(line)];
  });
}

/** Undefined when the process has ended. */
export function readMemory(pid: number): ProcessMemory | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/status`, "utf8"));
  const program = attempt(() => readlinkSync(`/proc/${pid}/exe`)) ?? "";
  return text === undefined ? undefined : { program, ...parseMemory(text) };
}

/** Processes end while they are read. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
