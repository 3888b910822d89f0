import { connect } from "node:net";
import { join, resolve } from "node:path";
import { Daemon } from "@waybill/stack";
import type { Ground } from "./ground.ts";

const readyWithinMs = 60_000;
/** Each attempt to connect costs the starting process something. */
const pollMs = 50;

interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It serves when it listens on this port of the loopback address. */
  readonly port: number;
}

/** Starts a server in the ground's folder and waits until it listens; it does not outlive this process. */
export const startServer = (
  { folder }: Ground,
  { name, command, args = [], env, port }: ServerSpec,
  signal: AbortSignal,
): Promise<Daemon> =>
  Daemon.start(
    {
      name,
      command,
      args,
      options: { cwd: folder, env: { ...process.env, NODE_ENV: "production", ...env } },
      logFile: join(folder, `${name}.log`),
      stopSignal: "TERM",
      isReady: () => isListening(port),
      pollMs,
      readyWithinMs,
    },
    signal,
  );

interface NodeSpec {
  readonly name: string;
  /** From this folder: "apps/dbos.ts". It listens on the port that PORT names. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
}

/** The same for a program of ours. */
export const startProgram = (
  ground: Ground,
  { name, script, args = [], env, port }: NodeSpec,
  signal: AbortSignal,
): Promise<Daemon> => {
  const file = resolve(import.meta.dirname, script);
  const spec = { name, command: process.execPath, args: [file, ...args], port };
  return startServer(ground, { ...spec, env: { ...env, PORT: String(port) } }, signal);
};

const isListening = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
    socket.once("connect", () => socket.destroy());
  });
