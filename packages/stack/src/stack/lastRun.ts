import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a data folder remembers of its stack's last run, in last-run.json. */
interface LastRun {
  /** When it ended, in ms since 1970. Absent: when its PostgreSQL last wrote, since nobody has started that ever since. */
  readonly endedAt?: number;
  /** Where the PostgreSQL was that it used, host:port, if that was not its own. */
  readonly foreignServer?: string;
}

const fileOf = (dataDir: string): string => join(dataDir, "last-run.json");

/** Replaces what is remembered. */
export function rememberRun(dataDir: string, run: LastRun): void {
  writeFileSync(fileOf(dataDir), JSON.stringify(run));
}

/**
 * When the stack of this folder stopped, in ms since 1970. Nothing becomes due in a stopped stack: what was under way when it stopped still
 * is, however often and late it is looked at.
 */
export const whenStopped = (dataDir: string): number =>
  readRun(dataDir).endedAt ?? lastWrittenAt(dataDir);

/** Where the databases of this folder's stack are, host:port, when its last run used a PostgreSQL of somebody else's. */
export const foreignServerOf = (dataDir: string): string | undefined =>
  readRun(dataDir).foreignServer;

/** At a clean stop PostgreSQL last writes its control file, before a crash its log. */
function lastWrittenAt(dataDir: string): number {
  const cluster = join(dataDir, "postgres", "cluster");
  const log = join(cluster, "pg_wal");
  const files = readdirSync(log).map((name) => join(log, name));
  const times = [join(cluster, "global", "pg_control"), ...files].map(
    (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...times);
}

function readRun(dataDir: string): LastRun {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), "utf8"));
  } catch {
    return {}; // There was none yet, or it was cut off in writing.
  }
}
