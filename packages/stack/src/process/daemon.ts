import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { guard, type StopSignal, unguard } from "./guardian.ts";

const POLL_MS = 10;
const LAST_LINES = 15;
/** So much of a log is read for its last lines, however long it has become. */
const MAX_TAIL_BYTES = 64 * 1024;
const STOP_WITHIN_MS = 10_000;
/** A log that has grown beyond this is set aside when its process starts anew; one older log is kept. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;

/** What to run, and how to tell that it serves. */
export interface DaemonSpec {
  /** For messages: "PostgreSQL". */
  name: string;
  command: string;
  args: readonly string[];
  options?: SpawnOptions;
  /** Where its output goes; appended to. */
  logFile: string;
  /** How it is asked to stop cleanly. */
  stopSignal: StopSignal;
  /** How it is asked to stop when this process is gone. Default: stopSignal. */
  orphanSignal?: StopSignal;
  /** Whether it serves by now; asked again and again until it does. */
  isReady: (pid: number) => Promise<boolean>;
  /** How often to ask. Default: 10 ms. */
  pollMs?: number;
  readyWithinMs: number;
}

/** A process ended before it served, or took too long. The message ends with its last lines of output. */
export class StartError extends Error {
  override readonly name = "StartError";
  /** What happened, without the name and the output. */
  readonly problem: string;

  constructor(name: string, problem: string, logFile: string) {
    super(`${name} ${problem}\n${lastLines(logFile)}`.trimEnd());
    this.problem = problem;
  }
}

/** A server process that does not outlive this one. */
export class Daemon implements AsyncDisposable {
  readonly #spec: DaemonSpec;
  readonly #child: ChildProcess;
  /** Resolves when the process has ended, with its exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  #hasEnded = false;
  #problem: string | undefined;

  private constructor(spec: DaemonSpec) {
    this.#spec = spec;
    const log = openLog(spec.logFile);
    try {
      this.#child = spawn(spec.command, spec.args, {
        ...spec.options,
        detached: true, // A group of its own: Ctrl-C in the terminal reaches this process only, which then stops all in order.
        stdio: ["ignore", log, log],
      });
    } finally {
      closeSync(log);
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => resolve(signal ?? code ?? 0));
    });
    const leave = () => this.#leave();
    this.ended.then(leave, leave);
    if (this.#child.pid !== undefined) guard(this.#child.pid, spec.orphanSignal ?? spec.stopSignal);
    this.#child.unref(); // A test run ends when its tests do; the guardian stops what is left.
  }

  /**
   * Starts the process and waits until it serves. Throws StartError when it ends before or takes too long, and an AbortError when the
   * signal aborts; then nothing is left running.
   */
  static async start(spec: DaemonSpec, signal?: AbortSignal): Promise<Daemon> {
    signal?.throwIfAborted();
    const daemon = new Daemon(spec);
    try {
      await daemon.#untilReady(signal);
      return daemon;
    } catch (error) {
      await (signal?.aborted ? daemon.stop() : daemon.kill("SIGKILL"));
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Why it was retired, if it was. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get isRunning(): boolean {
    return !this.#hasEnded;
  }

  /** Sends the signal and waits for the end of the process, except after SIGSTOP and SIGCONT. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill(signal);
    if (signal === "SIGSTOP" || signal === "SIGCONT") return;
    this.#child.ref();
    await this.ended.catch(() => {});
  }

  /** Stops it cleanly; when that takes longer than 10 s, by force. */
  async stop(): Promise<void> {
    const force = setTimeout(() => this.#child.kill("SIGKILL"), STOP_WITHIN_MS);
    const stopped = this.kill(`SIG${this.#spec.stopSignal}`);
    this.#child.kill("SIGCONT"); // A process that was paused hears nothing else.
    await stopped;
    clearTimeout(force);
  }

  /** Stops it cleanly since it no longer serves as it should, for whoever starts it anew. */
  async retire(problem: string): Promise<void> {
    this.#problem = problem;
    await this.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #leave(): void {
    this.#hasEnded = true;
    if (this.#child.pid !== undefined) unguard(this.#child.pid);
  }

  async #untilReady(signal?: AbortSignal): Promise<void> {
    const { name, logFile, readyWithinMs, isReady, pollMs = POLL_MS } = this.#spec;
    const deadline = performance.now() + readyWithinMs;
    const startFailed = this.ended.then(
      (outcome) => `ended with ${typeof outcome === "number" ? "exit code " : ""}${outcome}`,
      (error: Error) => `cannot be run: ${error.message}`,
    );
    while (true) {
      const failure = await Promise.race([startFailed, isReady(this.pid)]);
      if (failure === true) return;
      if (failure !== false) throw new StartError(name, failure, logFile);
      if (performance.now() > deadline)
        throw new StartError(name, `did not serve within ${readyWithinMs / 1000} s`, logFile);
      await delay(pollMs, undefined, { signal });
    }
  }
}

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > MAX_LOG_BYTES) renameSync(file, `${file}.old`);
  return openSync(file, "a");
}

/** The last lines of a log file, indented for showing beneath a message; empty when it cannot be read, since somebody has removed it, say. */
export function lastLines(logFile: string, count = LAST_LINES): string {
  const tail = tailOf(logFile).trimEnd();
  if (tail === "") return "";
  const lines = tail.split("\n").slice(-count);
  return lines.map((line) => `    ${line}`).join("\n");
}

function tailOf(file: string): string {
  try {
    using undo = new DisposableStack();
    const log = undo.adopt(openSync(file, "r"), closeSync);
    const tail = Buffer.alloc(MAX_TAIL_BYTES);
    const from = Math.max(0, fstatSync(log).size - tail.length);
    return tail.toString("utf8", 0, readSync(log, tail, 0, tail.length, from));
  } catch {
    return ""; // It is only shown.
  }
}
