import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { eventually } from "./eventually.ts";

export const repository = join(import.meta.dirname, "../../..");

/** A command as somebody types it into a terminal at the repository's root. */
export interface Command {
  /** What it has printed so far, to standard output. */
  readonly printed: string;
  /** And to standard error. */
  readonly complaints: string;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  untilPrinted(text: string, withinMs: number): Promise<void>;
  /** Ctrl-C: every process of the terminal's foreground gets SIGINT. */
  interrupt(): void;
}

/** Runs a command line in a shell, as a process group of its own. It is killed when the test run ends before it does. */
export function type(commandLine: string, env: Readonly<Record<string, string>> = {}): Command {
  const { DATABASE_URL: _, NATS_URL: __, ...inherited } = process.env;
  const child = spawn("/bin/sh", ["-c", commandLine], {
    cwd: repository,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  let complaints = "";
  child.stdout.on("data", (data) => {
    printed += data;
  });
  child.stderr.on("data", (data) => {
    complaints += data;
  });
  const signal = (name: NodeJS.Signals) => signalGroup(child, name);
  const onExit = () => signal("SIGKILL");
  process.once("exit", onExit);
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      process.off("exit", onExit);
      resolve(code);
    });
  });
  return {
    get printed() {
      return printed;
    },
    get complaints() {
      return complaints;
    },
    ended,
    untilPrinted: async (text, withinMs) => {
      const has = () => printed.includes(text) || child.exitCode !== null;
      await eventually(`"${text}" printed by ${commandLine}`, has, withinMs);
      if (!printed.includes(text))
        throw new Error(`${commandLine} ended with: ${printed}${complaints}`);
    },
    interrupt: () => signal("SIGINT"),
  };
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended.
  }
}
