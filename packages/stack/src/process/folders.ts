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

/** Makes a folder that other users may enter, whatever the umask; what is in it has its own permissions. */
export function makeFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true });
  for (let path = resolve(folder); made !== undefined; path = dirname(path)) {
    chmodSync(path, 0o755);
    if (path === resolve(made)) return;
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
