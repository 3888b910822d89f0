import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Account, canEnter, makeFolder } from "../process/folders.ts";
import { postgresAccount } from "./account.ts";
import type { PostgresBinaries } from "./binaries.ts";

/** Where root keeps what an unprivileged PostgreSQL cannot reach in root's own folders, such as /root. */
const SHARED_FOLDER = "/var/lib/waybill";

/**
 * Makes the folder of the cluster and its log, owned by the account; answers where it really is. When the account may not enter the folder
 * asked for, that becomes a link to one which it may enter.
 */
export function placeData(dataDir: string, account: Account | undefined): string {
  if (lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink()) return realpathSync(dataDir);
  if (account !== undefined && !canEnter(dirname(dataDir), account) && !existsSync(dataDir)) {
    makeFolder(SHARED_FOLDER);
    makeFolder(dirname(dataDir));
    symlinkSync(mkdtempSync(join(SHARED_FOLDER, "postgres-")), dataDir);
  }
  makeFolder(dataDir);
  const folder = realpathSync(dataDir);
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  return folder;
}

/** Makes the folder of a stack's PostgreSQL, as its start does; answers where it really is. */
export const placePostgres = (dataDir: string): string => placeData(dataDir, postgresAccount());

/** The programs where the account can run them: where npm put them, or else a copy of them. */
export function placeBinaries(
  binaries: PostgresBinaries,
  account: Account | undefined,
): PostgresBinaries {
  if (account === undefined || canEnter(binaries.folder, account)) return binaries;
  const manifest = readFileSync(join(dirname(binaries.folder), "package.json"), "utf8");
  const copy = join(SHARED_FOLDER, `postgresql-${JSON.parse(manifest).version}`);
  if (!existsSync(copy)) {
    makeFolder(SHARED_FOLDER);
    const partial = mkdtempSync(join(SHARED_FOLDER, "partial-"));
    cpSync(binaries.folder, partial, { recursive: true, verbatimSymlinks: true });
    chmodSync(partial, 0o755);
    try {
      renameSync(partial, copy);
    } catch (error) {
      rmSync(partial, { recursive: true });
      if (!existsSync(copy)) throw error; // Otherwise another start was faster.
    }
  }
  return {
    folder: copy,
    initdb: join(copy, "bin", "initdb"),
    postgres: join(copy, "bin", "postgres"),
  };
}
