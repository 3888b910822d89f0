import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../process/folders.ts";
import { identityOf, isRunning, type ProcessIdentity } from "../process/identity.ts";

/** The data folder is used by another process that runs. */
export class StackRunningError extends Error {
  override readonly name = "StackRunningError";
}

/** The data folder cannot be read or written to, or is not whole. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

/**
 * Claims the data folder for this process, and makes it. A lock whose process is gone, after a crash or a power cut, is taken over.
 * Throws StackRunningError or DataFolderError. Returns how to release it.
 */
export function lockDataFolder(dataDir: string): () => void {
  const lockFile = join(dataDir, "stack.lock");
  const ours = JSON.stringify(identityOf(process.pid));
  try {
    makeFolder(dataDir);
    if (!claim(lockFile, ours)) {
      const holder = holderOf(lockFile);
      if (holder !== undefined && isRunning(holder)) throw running(dataDir, holder);
      renameSync(lockFile, `${lockFile}.stale`); // Of two that see the same stale lock, the second finds nothing to rename.
      if (!claim(lockFile, ours)) throw running(dataDir, holderOf(lockFile));
    }
  } catch (error) {
    throw error instanceof StackRunningError ? error : notWritable(dataDir, error);
  }
  return () => rmSync(lockFile, { force: true });
}

/** Whether the lock was free. */
function claim(lockFile: string, content: string): boolean {
  try {
    writeFileSync(lockFile, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Who wrote the lock; undefined when it was cut off in writing. */
function holderOf(lockFile: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8"));
  } catch {
    return undefined;
  }
}

function running(dataDir: string, holder: ProcessIdentity | undefined): StackRunningError {
  const who = holder === undefined ? "" : ` (process ${holder.pid})`;
  return new StackRunningError(
    `A stack runs on ${dataDir} already${who}. Stop it, or start another one with --data-dir <folder> --port-base free.`,
  );
}

function notWritable(dataDir: string, error: unknown): DataFolderError {
  const why = error instanceof Error ? error.message : String(error);
  return new DataFolderError(
    `The data folder ${dataDir} cannot be written to (${why}). Name another one with --data-dir, or keep nothing with --ephemeral.`,
    { cause: error },
  );
}
