import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Daemon, type DaemonSpec } from "../process/daemon.ts";
import { makeFolder } from "../process/folders.ts";
import { freePort } from "../process/ports.ts";
import { natsBinary } from "./binary.ts";
import { watchWrites } from "./watchWrites.ts";

const READY_WITHIN_MS = 30_000; // Recovering the streams' files after a crash.
const PROBE_MS = 1_000;
/** The disk itself is the limit. NATS would take three quarters of what is free when it starts, and store nothing when that is none. */
const MOST_STORED_BYTES = 2 ** 40;
const MEMORY_LIMIT = "256MiB"; // Where its garbage collector begins to work harder; not a hard limit.

export interface NatsOptions {
  /** The folder of the streams, the configuration and the log; made when it is not there. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** The port for HTTP monitoring. Default: a free one. */
  monitorPort?: number;
  /** More of the configuration, as NATS reads it: users, TLS. */
  configuration?: string;
}

/** A NATS server that is not running yet. */
export interface PreparedNats {
  port: number;
  url: string;
  logFile: string;
  /** Starts it and waits until it greets a client; may be called again once it has ended. */
  start: (signal?: AbortSignal) => Promise<Daemon>;
}

/** Finds the program and writes its configuration. */
export async function prepareNats(options: NatsOptions): Promise<PreparedNats> {
  const command = natsBinary();
  const port = options.port ?? (await freePort());
  const monitorPort = options.monitorPort ?? (await freePort());
  makeFolder(options.dataDir);
  const configFile = join(options.dataDir, "nats.conf");
  writeFileSync(configFile, configurationOf(options, port, monitorPort));
  const spec: DaemonSpec = {
    name: "NATS",
    command,
    args: ["--config", configFile],
    options: { env: { ...process.env, GOMEMLIMIT: MEMORY_LIMIT } },
    logFile: join(options.dataDir, "nats.log"),
    stopSignal: "TERM",
    isReady: () => greets(port),
    readyWithinMs: READY_WITHIN_MS,
  };
  const start = async (signal?: AbortSignal) => {
    const daemon = await Daemon.start(spec, signal);
    watchWrites(daemon, monitorPort);
    return daemon;
  };
  return { port, url: `nats://127.0.0.1:${port}`, logFile: spec.logFile, start };
}

/**
 * Values as JSON, which NATS reads and which quotes any path. Acknowledged messages are not synced one by one (the default): the
 * journals in PostgreSQL are the truth.
 */
function configurationOf(options: NatsOptions, port: number, monitorPort: number): string {
  const { dataDir, configuration = "" } = options;
  const jetstream = { store_dir: join(dataDir, "jetstream"), max_file_store: MOST_STORED_BYTES };
  const http = `127.0.0.1:${monitorPort}`;
  const settings = Object.entries({ host: "127.0.0.1", port, http, jetstream });
  const lines = settings.map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `${[...lines, configuration].join("\n")}\n`;
}

/** Whether a NATS server sends its greeting on this port within a second. */
export function greets(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: PROBE_MS });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("data", (data) => answer(data.toString().startsWith("INFO ")));
    socket.once("error", () => answer(false));
    socket.once("timeout", () => answer(false));
    socket.once("close", () => answer(false));
  });
}

/** A NATS server of our own with JetStream, on the loopback address. */
export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly url: string;
  readonly logFile: string;
  /** Sends a signal to the server process; waits for its end unless it is SIGSTOP or SIGCONT. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, after kill or stop, on the same port and data. */
  restart(): Promise<void>;
  /** Stops it cleanly. */
  stop(): Promise<void>;
}

/** Starts NATS with JetStream and waits until it greets a client. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const prepared = await prepareNats(options);
  let daemon = await prepared.start();
  return {
    port: prepared.port,
    url: prepared.url,
    logFile: prepared.logFile,
    get pid() {
      return daemon.pid;
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
