import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/ports.ts";
import { type Account, postgresAccount } from "./account.ts";
import { type PostgresBinaries, postgresBinaries } from "./binaries.ts";
import { postgresSettings } from "./settings.ts";

const OWNER = "waybill";
const READY_WITHIN_MS = 60_000; // Recovery after a crash replays what was written since the last checkpoint.
const run = promisify(execFile);

export interface PostgresOptions {
  /** The folder of the cluster and its log; made when it is not there. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Whether commits are flushed to disk. Default: true. False survives a killed server but no power cut: for tests. */
  fsync?: boolean;
  /** Default: 200. */
  maxConnections?: number;
  /** Default: 128. */
  sharedBuffersMb?: number;
}

/** A PostgreSQL server of our own, on the loopback address. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** Resolves when the server process that runs now has ended. */
  readonly ended: Promise<unknown>;
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
  const binaries = await postgresBinaries();
  const account = postgresAccount();
  const cluster = join(options.dataDir, "cluster");
  mkdirSync(options.dataDir, { recursive: true });
  if (account !== undefined) chownSync(options.dataDir, account.uid, account.gid);
  if (!existsSync(join(cluster, "PG_VERSION"))) await makeCluster(binaries, account, cluster);
  const port = options.port ?? (await freePort());
  const logFile = join(options.dataDir, "postgres.log");
  const start = () => startServer(binaries, account, cluster, logFile, port, options);
  return new RunningPostgres(options.dataDir, logFile, port, start, await start());
}

async function makeCluster(
  binaries: PostgresBinaries,
  account: Account | undefined,
  cluster: string,
): Promise<void> {
  const flags = ["--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"];
  const locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"];
  const options = { ...account, cwd: "/", env: { ...process.env, LC_ALL: "C" } };
  await run(
    binaries.initdb,
    ["-D", cluster, ...flags, ...locale, "--no-instructions", "--no-sync"],
    options,
  );
}

function startServer(
  binaries: PostgresBinaries,
  account: Account | undefined,
  cluster: string,
  logFile: string,
  port: number,
  options: PostgresOptions,
): Promise<Daemon> {
  const settings = Object.entries(postgresSettings(options));
  return Daemon.start({
    name: "PostgreSQL",
    command: binaries.postgres,
    args: [
      "-D",
      cluster,
      "-p",
      String(port),
      ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    options: { ...account, cwd: "/", env: { ...process.env, LC_ALL: "C" } },
    logFile,
    stopSignal: "INT",
    orphanSignal: options.fsync === false ? "QUIT" : "INT",
    isReady: async (pid) => isAccepting(join(cluster, "postmaster.pid"), pid),
    readyWithinMs: READY_WITHIN_MS,
  });
}

/** The lock file's first line is the server's process id, its eighth the state. */
function isAccepting(lockFile: string, pid: number): boolean {
  if (!existsSync(lockFile)) return false;
  const lines = readFileSync(lockFile, "utf8").split("\n");
  return lines[0] === String(pid) && lines[7]?.trim() === "ready";
}

class RunningPostgres implements PostgresServer {
  readonly dataDir: string;
  readonly logFile: string;
  readonly port: number;
  readonly #start: () => Promise<Daemon>;
  #daemon: Daemon;

  constructor(
    dataDir: string,
    logFile: string,
    port: number,
    start: () => Promise<Daemon>,
    daemon: Daemon,
  ) {
    this.dataDir = dataDir;
    this.logFile = logFile;
    this.port = port;
    this.#start = start;
    this.#daemon = daemon;
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  get ended(): Promise<unknown> {
    return this.#daemon.ended;
  }

  url(database: string): string {
    return `postgres://${OWNER}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  async createDatabase(name: string): Promise<string> {
    await createDatabase(this.url("postgres"), name);
    return this.url(name);
  }

  kill(signal: NodeJS.Signals): Promise<void> {
    return this.#daemon.kill(signal);
  }

  async restart(): Promise<void> {
    await this.#daemon.stop();
    this.#daemon = await this.#start();
  }

  stop(): Promise<void> {
    return this.#daemon.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const DUPLICATE_DATABASE = "42P04";
const UNIQUE_VIOLATION = "23505"; // What the loser of two simultaneous creations gets.

/** Makes a database on the server of the URL unless there is one of this name. */
export async function createDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error;
  } finally {
    await client.end();
  }
}
