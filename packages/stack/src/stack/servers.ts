import { lstatSync } from "node:fs";
import { join } from "node:path";
import { greets, prepareNats } from "../nats/server.ts";
import { createDatabases } from "../postgres/createDatabase.ts";
import { preparePostgres } from "../postgres/server.ts";
import type { Daemon } from "../process/daemon.ts";
import { type DatabaseName, databaseNames, databaseOf } from "./catalogue.ts";
import { clearInterruptedRestore } from "./interruptedRestore.ts";
import type { StackOptions } from "./options.ts";
import type { Plan } from "./plan.ts";

const DEFAULT_POOL_SIZE = 16; // That of @waybill/chassis.
const NATS_PORT = 4_222; // Where a URL names none.
const SPARE_CONNECTIONS = 40; // People's psql, the doctor, elections, and connections that are being replaced.

/** PostgreSQL or NATS: one to be run by the stack, or one that runs already. */
export interface Server {
  part: "postgres" | "nats";
  /** For people: "PostgreSQL". */
  title: string;
  /** For people: "127.0.0.1:15432". */
  address: string;
  /** How to run it; absent when it runs already. */
  own?: { logFile: string; run: (signal: AbortSignal) => Promise<Daemon> };
}

export interface DatabaseServer extends Server {
  databaseUrl: (name: DatabaseName) => string;
  /** Makes the databases that are not there. */
  createAll: () => Promise<void>;
}

export interface MessageServer extends Server {
  url: string;
}

/** The database server to use. */
export async function databaseServer(
  dataDir: string,
  plan: Plan,
  options: StackOptions,
): Promise<DatabaseServer> {
  const names = (options.databases ?? databaseNames).map(databaseOf);
  if (options.databaseUrl !== undefined) return existingDatabaseServer(options.databaseUrl, names);
  clearInterruptedRestore(dataDir);
  const folder = join(dataDir, "postgres");
  const prepared = await preparePostgres({
    dataDir: folder,
    port: plan.postgresPort,
    maxConnections: connectionsOf(plan, options),
    ...options.postgres,
  });
  if (lstatSync(folder).isSymbolicLink()) {
    const text = `PostgreSQL does not run as root and may not enter ${dataDir}; its data is in ${prepared.folder}`;
    options.report?.({ kind: "note", text });
  }
  return {
    part: "postgres",
    title: "PostgreSQL",
    address: `127.0.0.1:${prepared.port}`,
    own: { logFile: prepared.logFile, run: prepared.start },
    databaseUrl: (name) => prepared.url(databaseOf(name)),
    createAll: () => createDatabases(prepared.url("postgres"), names),
  };
}

function existingDatabaseServer(serverUrl: string, names: readonly string[]): DatabaseServer {
  const { host } = new URL(serverUrl);
  return {
    part: "postgres",
    title: "PostgreSQL",
    address: host,
    databaseUrl: (name) => databaseUrlOn(serverUrl, databaseOf(name)),
    createAll: async () => {
      try {
        await createDatabases(serverUrl, names);
      } catch (error) {
        const why = (error as Error).message || (error as NodeJS.ErrnoException).code;
        throw new Error(`The PostgreSQL of --database-url or DATABASE_URL, ${host}: ${why}`, {
          cause: error,
        });
      }
    },
  };
}

/** The message server to use. */
export async function messageServer(
  dataDir: string,
  plan: Plan,
  options: StackOptions,
): Promise<MessageServer> {
  if (options.natsUrl !== undefined) return existingMessageServer(options.natsUrl);
  const prepared = await prepareNats({
    dataDir: join(dataDir, "nats"),
    port: plan.natsPort,
    monitorPort: options.natsMonitorPort,
  });
  const { url, logFile, start: run } = prepared;
  return {
    part: "nats",
    title: "NATS",
    address: `127.0.0.1:${prepared.port}`,
    url,
    own: { logFile, run },
  };
}

/** The URL may be a list, separated by commas; one server of it is enough. */
async function existingMessageServer(url: string): Promise<MessageServer> {
  const servers = url.split(",").map((one) => new URL(one));
  const address = servers.map(({ host }) => host).join(",");
  const probes = servers.map(({ hostname, port }) => greets(Number(port || NATS_PORT), hostname));
  if (!(await Promise.all(probes)).includes(true))
    throw new Error(`The NATS of --nats-url or NATS_URL, ${address}, does not answer`);
  return { part: "nats", title: "NATS", address, url };
}

/** Every replica may fill its pool; payment has a second one, for the provider's ledger. */
function connectionsOf({ replicas }: Plan, { env }: StackOptions): number {
  const configured = env?.DATABASE_POOL_SIZE ?? process.env.DATABASE_POOL_SIZE;
  const poolSize = Number(configured ?? DEFAULT_POOL_SIZE) || DEFAULT_POOL_SIZE;
  const pools = replicas.length + replicas.filter(({ service }) => service === "payment").length;
  return pools * poolSize + SPARE_CONNECTIONS;
}

/** The URL of a database on the server of another URL. */
function databaseUrlOn(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
