import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { findStack, foreignServerOf, openStoppedDatabases } from "@waybill/stack";
import pg from "pg";
import { writeBackupFile } from "./backupFile.ts";
import { copyTree } from "./copyTree.ts";

/** It cannot be backed up or restored so; the message says why and what would help. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

export interface Backup {
  readonly folder: string;
  readonly takenAt: string;
}

/**
 * Backs up all databases of a local stack to one common point, while it runs or not, with its issuer of tokens. Streams are not part of it: the
 * journals fill them again. Throws BackupError, or StackRunningError while the stack is just starting or stopping.
 */
export async function takeBackup(dataDir: string, to?: string): Promise<Backup> {
  const from = resolve(dataDir);
  expectOwnServer(from);
  if (!existsSync(join(from, "postgres", "cluster")))
    throw new BackupError(
      `There is no PostgreSQL of a local stack in ${from}. Name its data folder with --data-dir; a server of yours is backed up by its own tools, such as pg_basebackup.`,
    );
  const takenAt = new Date().toISOString();
  const folder = resolve(to ?? join(from, "backups", takenAt.replaceAll(/[-:]|\.\d+/g, "")));
  if (existsSync(folder))
    throw new BackupError(`${folder} is there already. Name a folder that is not, with --to.`);
  const partial = `${folder}.partial`;
  makeEmpty(partial);
  try {
    await using server = await reachServer(from);
    const end = await copyCluster(server.url, realpathSync(join(from, "postgres")), partial);
    copyTree(join(from, "identity"), join(partial, "identity"));
    const { stoppedAt } = server;
    writeBackupFile(partial, { takenAt, ...(stoppedAt && { stoppedAt }), ...end });
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true }); // As large as the databases.
    throw error;
  }
  return { folder, takenAt };
}

/** Throws BackupError when the stack of this folder, running or not, has its databases elsewhere: those in the folder are older ones. */
export function expectOwnServer(dataDir: string): void {
  const server = foreignServerOf(dataDir);
  if (server === undefined) return;
  throw new BackupError(
    `The stack of ${dataDir} has its databases on the PostgreSQL at ${server}, not in this folder. Use that server's own tools, such as pg_basebackup; or start the stack once without --database-url and DATABASE_URL.`,
  );
}

function makeEmpty(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(folder, { mode: 0o700 }); // It holds passwords' hashes and the issuer's key.
  } catch (error) {
    throw new BackupError(
      `The back-up cannot be written: ${(error as Error).message}. Name another folder with --to.`,
      { cause: error },
    );
  }
}

interface Server extends AsyncDisposable {
  readonly url: string;
  /** Of a stopped stack. */
  readonly stoppedAt?: string;
}

/** The running stack's PostgreSQL, or that of a stopped stack, started for the while with the folder locked. */
async function reachServer(dataDir: string): Promise<Server> {
  const record = findStack(dataDir);
  if (record !== undefined)
    return { url: record.databases.order, [Symbol.asyncDispose]: async () => {} };
  const databases = await openStoppedDatabases(dataDir);
  return {
    url: databases.databaseUrl("order"),
    stoppedAt: new Date(databases.stoppedAt).toISOString(),
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  };
}

/** What belongs to the running server, not to its data, as PostgreSQL's manual tells for base backups. */
const leftOut =
  /^(postmaster\.(pid|opts)|pg_(wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)\/.*)$|(^|\/)pgsql_tmp|(^|\/)pg_internal\.init/;

/**
 * PostgreSQL's low-level base backup: what is copied while it changes is made consistent by the log that is copied after it. The slot keeps the
 * server from recycling that log meanwhile; it goes with the session.
 */
async function copyCluster(url: string, postgres: string, to: string) {
  const client = new pg.Client({ connectionString: url, application_name: "backup" });
  await client.connect();
  try {
    await client.query("select pg_create_physical_replication_slot('waybill_backup', true, true)");
    const [start] = await rowsOf<{ segment: string }>(
      client,
      "select pg_walfile_name(pg_backup_start('waybill', true)) as segment",
    );
    const [from, copy] = [join(postgres, "cluster"), join(to, "postgres", "cluster")];
    copyTree(from, copy, { isLeftOut: (path) => leftOut.test(path) });
    const [stop] = await rowsOf<{ label: string; lsn: string; segment: string; version: string }>(
      client,
      `select labelfile as label, lsn, pg_walfile_name(lsn) as segment, current_setting('server_version') as version
       from pg_backup_stop(false)`,
    );
    if (start === undefined || stop === undefined) throw new Error("PostgreSQL answered no row");
    writeFileSync(join(copy, "backup_label"), stop.label, { mode: 0o600 });
    // Names of segments sort in their order; those after the last are recycled ones, without content yet.
    const isSegment = (name: string) => name >= start.segment && name <= stop.segment;
    copyTree(join(from, "pg_wal"), join(copy, "pg_wal"), { isLeftOut: (name) => !isSegment(name) });
    for (const name of ["archive_status", "summaries"])
      mkdirSync(join(copy, "pg_wal", name), { recursive: true, mode: 0o700 });
    return { endLsn: stop.lsn, postgresVersion: stop.version };
  } finally {
    await client.end();
  }
}

async function rowsOf<Row extends pg.QueryResultRow>(
  client: pg.Client,
  text: string,
): Promise<readonly Row[]> {
  return (await client.query<Row>(text)).rows;
}
