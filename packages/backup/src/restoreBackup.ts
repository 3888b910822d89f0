import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { lockDataFolder, placePostgres, rememberRun, startPostgres } from "@waybill/stack";
import { readBackupFile } from "./backupFile.ts";
import { copyTree } from "./copyTree.ts";
import { beginRestoreEpoch, databasesOn } from "./restoreEpoch.ts";
import { BackupError, expectOwnServer } from "./takeBackup.ts";

/** Where the databases are put that an epoch replaced. */
const asideName = /^cluster\.replaced-(\d+)$/;

/** Tells which epoch began here last: databases that are put back again come from before it, and do not know it. */
const lastEpochName = "restore-epoch";

export interface Restored {
  /** To when. */
  readonly takenAt: string;
  readonly epoch: bigint;
  /** Where the databases are that stood there before; undefined when there were none. */
  readonly replaced: string | undefined;
}

/**
 * Puts the databases of a stopped local stack back to a back-up, all to one point, and begins a restore epoch in them. What was there before is
 * put aside, not deleted. Whatever interrupts it, the stack finds the old databases or the restored ones, or says that it finds none. Throws
 * BackupError, and StackRunningError while the stack runs.
 */
export async function restoreBackup(
  from: string,
  dataDir: string,
  at = new Date(),
): Promise<Restored> {
  const [backup, target] = [resolve(from), resolve(dataDir)];
  const about = readBackupFile(backup);
  if (about === undefined)
    throw new BackupError(
      `${backup} holds no complete back-up. npm run backup makes one, and says where.`,
    );
  using undo = new DisposableStack();
  undo.defer(lockDataFolder(target));
  expectOwnServer(target);
  const postgres = placePostgres(join(target, "postgres"));
  const { uid, gid } = statSync(postgres);
  const restoring = join(postgres, "restoring");
  const clear = () => rmSync(restoring, { recursive: true, force: true });
  clear();
  undo.defer(clear); // Also after a failure: it is as large as the databases, and the disk may be full.
  copyTree(join(backup, "postgres"), restoring, { owner: { uid, gid } });
  const { epoch } = await beginEpochIn(restoring, lastEpoch(postgres), at);
  writeFileSync(join(postgres, lastEpochName), String(epoch));
  const cluster = join(postgres, "cluster");
  const aside = join(postgres, `cluster.replaced-${epoch}`);
  const replaced = existsSync(cluster) ? aside : undefined;
  if (replaced !== undefined) renameSync(cluster, replaced);
  renameSync(join(restoring, "cluster"), cluster);
  // What was under way then has not become due meanwhile.
  rememberRun(target, { endedAt: Date.parse(about.stoppedAt ?? about.takenAt) });
  // The issuer that is there goes on; only a new folder takes that of the back-up.
  if (!existsSync(join(target, "identity")))
    copyTree(join(backup, "identity"), join(target, "identity"));
  return { takenAt: about.takenAt, epoch, replaced };
}

/** The latest epoch that began here, 0 when none did; by the databases that were put aside, too, which are from before there was the file. */
function lastEpoch(postgres: string): bigint {
  const file = join(postgres, lastEpochName);
  const told = existsSync(file) ? BigInt(readFileSync(file, "utf8")) : 0n;
  const epochs = readdirSync(postgres).map((name) => BigInt(asideName.exec(name)?.[1] ?? 0));
  return epochs.reduce((a, b) => (a > b ? a : b), told);
}

/** Recovers the copy, and marks its databases, before any stack can find it. */
async function beginEpochIn(postgres: string, after: bigint, at: Date) {
  await using server = await startPostgres({ dataDir: postgres });
  return await beginRestoreEpoch(databasesOn(server.url("postgres")), after, at);
}
