import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What an earlier look left: starting and stopping PostgreSQL for it has written to the cluster, too. */
interface Look {
  readonly stoppedAt: number;
  /** When that look itself had last written. */
  readonly lookedAt: number;
}

const fileOf = (dataDir: string): string => join(dataDir, "doctor.json");

/**
 * When the stack of this folder stopped, in ms since 1970. Nothing becomes due in a stopped stack: what was under way when it stopped still
 * is, however often and late it is looked at.
 */
export function whenStopped(dataDir: string): number {
  const writtenAt = lastWrittenAt(dataDir);
  const look = readLook(dataDir);
  return look !== undefined && writtenAt <= look.lookedAt ? look.stoppedAt : writtenAt;
}

/** To be called when PostgreSQL has stopped again. */
export function rememberLook(dataDir: string, stoppedAt: number): void {
  const look: Look = { stoppedAt, lookedAt: lastWrittenAt(dataDir) };
  writeFileSync(fileOf(dataDir), JSON.stringify(look));
}

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

function readLook(dataDir: string): Look | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), "utf8"));
  } catch {
    return undefined; // The first look.
  }
}
