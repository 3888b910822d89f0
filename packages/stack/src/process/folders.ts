import { chmodSync, mkdirSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { removeAtExit } from "./guardian.ts";

/** A user and its main group. */
export interface Account {
  uid: number;
  gid: number;
}

/** Whether the account may enter this folder, or the nearest one above it that exists. */
export function canEnter(folder: string, account: Account): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) {
      const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
      if ((stat.mode & bit) === 0) return false;
    }
    if (path === dirname(path)) return true;
  }
}

/**
 * Makes a folder that other users may enter, whatever the umask; what is in it has its own permissions. Step by step, since Node's own recursion
 * never ends where nothing can be made, such as in /proc.
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (path !== dirname(path)) makeFolder(dirname(path));
  if (makeOne(path)) chmodSync(path, 0o755);
}

/** False when somebody else has made it meanwhile. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
    throw error;
  }
}

/** Makes a temporary folder that other users may enter; removed after this process, however that ends. */
export function temporaryFolder(prefix: string): string {
  const anybody = { uid: -1, gid: -1 };
  const parent = [tmpdir(), "/tmp", "/var/tmp"].find((folder) => canEnter(folder, anybody));
  const folder = mkdtempSync(join(parent ?? tmpdir(), prefix));
  chmodSync(folder, 0o755);
  removeAtExit(folder);
  return folder;
}
