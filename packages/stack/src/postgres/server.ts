import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon, type DaemonSpec } from "../process/daemon.ts";
import type { Account } from "../process/folders.ts";
import { freePort } from "../process/ports.ts";
import { postgresAccount } from "./account.ts";
import { type PostgresBinaries, postgresBinaries } from "./binaries.ts";
import { makeCluster, OWNER, syncInBackground } from "./cluster.ts";
import { createDatabase } from "./createDatabase.ts";
import { postgresEnvironment } from "./environment.ts";
import { placeBinaries, placeData } from "./placement.ts";
import { type PostgresTuning, postgresSettings } from "./settings.ts";
import { clearStaleLock } from "./staleLock.ts";

const READY_WITHIN_MS = 60_000; // Recovery after a crash replays what was written since the last checkpoint.

export interface PostgresOptions extends PostgresTuning {
  /** The folder of the cluster and its log; made when it is not there. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
}

/** A PostgreSQL that is not running yet. */
export interface PreparedPostgres {
  port: number;
  /** Where its data really is. */
  folder: string;
  logFile: string;
  url: (database: string) => string;
  /** Starts it and waits until it accepts connections; may be called again once it has ended. */
  start: (signal?: AbortSignal) => Promise<Daemon>;
}

/** Finds the programs and makes the cluster when the folder has none. */
export async function preparePostgres(options: PostgresOptions): Promise<PreparedPostgres> {
  const account = postgresAccount();
  const binaries = placeBinaries(await postgresBinaries(), account);
  const folder = placeData(options.dataDir, account);
  const cluster = join(folder, "cluster");
  const isNew = !existsSync(cluster);
  if (isNew) await makeCluster(binaries, account, folder);
  const port = options.port ?? (await freePort());
  const spec = serverSpec(binaries, account, folder, port, options);
  return {
    port,
    folder,
    logFile: spec.logFile,
    url: (database) => `postgres://${OWNER}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    start: async (signal) => {
      await clearStaleLock(cluster);
      const daemon = await Daemon.start(spec, signal);
      if (isNew && options.fsync !== false) syncInBackground(binaries, account, cluster);
      return daemon;
    },
  };
}

function serverSpec(
  binaries: PostgresBinaries,
  account: Account | undefined,
  folder: string,
  port: number,
  tuning: PostgresTuning,
): DaemonSpec {
  const cluster = join(folder, "cluster");
  const settings = Object.entries(postgresSettings(tuning));
  const flags = settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return {
    name: "PostgreSQL",
    command: binaries.postgres,
    args: ["-D", cluster, "-p", String(port), ...flags],
    options: { ...account, cwd: "/", env: postgresEnvironment() },
    logFile: join(folder, "postgres.log"),
    stopSignal: "INT",
    orphanSignal: tuning.fsync === false ? "QUIT" : "INT",
    isReady: async (pid) => isAccepting(join(cluster, "postmaster.pid"), pid),
    readyWithinMs: READY_WITHIN_MS,
  };
}

/** The lock file's first line is the server's process id, its eighth the state. */
function isAccepting(lockFile: string, pid: number): boolean {
  if (!existsSync(lockFile)) return false;
  const lines = readFileSync(lockFile, "utf8").split("\n");
  return lines[0] === String(pid) && lines[7]?.trim() === "ready";
}

/** A PostgreSQL server of our own, on the loopback address. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Where its data really is. */
  readonly dataDir: string;
  readonly logFile: string;
  /** The connection URL of a database. */
  url(database: string): string;
  /** Makes the database unless there is one of this name; answers its URL. */
  createDatabase(name: string): Promise<string>;
  /** Sends a signal to the server process; waits for its end unless it is SIGSTOP or SIGCONT. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, after kill or stop, on the same port and data. */
  restart(): Promise<void>;
  /** Stops it cleanly; open connections are ended. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL, makes its cluster first when the folder has none, and waits until it accepts connections. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const prepared = await preparePostgres(options);
  let daemon = await prepared.start();
  return {
    port: prepared.port,
    dataDir: prepared.folder,
    logFile: prepared.logFile,
    url: prepared.url,
    get pid() {
      return daemon.pid;
    },
    createDatabase: async (name) => {
      await createDatabase(prepared.url("postgres"), name);
      return prepared.url(name);
    },
    kill: (signal) => daemon.kill(signal),
    restart: async () => {
      await daemon.stop();
      daemon = await prepared.start();
    },
    stop: () => daemon.stop(),
    [Symbol.asyncDispose]: () => daemon.stop(),
  };
}
