import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
      const found = contentOf(lockFile);
      const holder = holderIn(found);
      if (holder !== undefined && isRunning(holder)) throw running(dataDir, holder);
      if (!removeStale(lockFile, found) || !claim(lockFile, ours))
        throw running(dataDir, holderIn(contentOf(lockFile)));
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

/**
 * Removes a lock that was found with this content; false when it is another one by now. Of two that find the same stale lock, one may take away
 * what the other has claimed meanwhile, and puts it back.
 */
export function removeStale(lockFile: string, found: string): boolean {
  const aside = `${lockFile}.stale-${process.pid}`;
  try {
    renameSync(lockFile, aside);
    if (readFileSync(aside, "utf8") === found) return true;
    linkSync(aside, lockFile); // Unlike a rename it replaces nothing.
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return true; // Somebody else has removed it; one of us claims it.
    if (code === "EEXIST") return false; // A third one was still faster.
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Empty when it is gone. */
function contentOf(lockFile: string): string {
  try {
    return readFileSync(lockFile, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Who wrote the lock; undefined when it was cut off in writing. */
function holderIn(content: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(content);
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
