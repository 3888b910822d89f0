import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a back-up says about itself, in backup.json; written last, so that a folder without it is none. */
export interface BackupFile {
  readonly takenAt: string;
  /** When the stack had stopped. Absent: it ran. */
  readonly stoppedAt?: string;
  /** Up to where in its log PostgreSQL is restored: the common point of all databases. */
  readonly endLsn: string;
  readonly postgresVersion: string;
}

const fileOf = (folder: string): string => join(folder, "backup.json");

export function writeBackupFile(folder: string, content: BackupFile): void {
  writeFileSync(fileOf(folder), JSON.stringify(content, null, 2));
}

/** Undefined when the folder holds no complete back-up. */
export function readBackupFile(folder: string): BackupFile | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder), "utf8"));
  } catch {
    return undefined;
  }
}
