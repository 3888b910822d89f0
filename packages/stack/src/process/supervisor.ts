import { setTimeout as delay } from "node:timers/promises";
import type { Daemon } from "./daemon.ts";

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** Who ran at least this long starts anew with the first delay. */
const STABLE_MS = 30_000;
/** A part that has never served is given up after as many starts: it is set up wrongly. */
const MAX_FIRST_STARTS = 3;

/** How long to wait before the start after so many failures in a row (1 first). */
export const restartDelayMs = (failures: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);

/** Told what happens to the process. */
export interface SupervisorEvents {
  onReady: (tookMs: number, isFirst: boolean) => void;
  onFailed: (problem: Error, failures: number, againInMs: number) => void;
}

/** Keeps one process running: starts it again, after a growing delay, whenever it ends unasked. */
export class Supervisor {
  readonly #run: (signal: AbortSignal) => Promise<Daemon>;
  readonly #events: SupervisorEvents;
  #daemon: Daemon | undefined;
  #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #served = Promise.withResolvers<void>();
  #isServing = true; // So that the first start makes a promise of its own.
  #hasServed = false;

  constructor(run: (signal: AbortSignal) => Promise<Daemon>, events: SupervisorEvents) {
    this.#run = run;
    this.#events = events;
  }

  /** The process that runs now; undefined while there is none. */
  get pid(): number | undefined {
    return this.#daemon?.isRunning ? this.#daemon.pid : undefined;
  }

  /** Starts the process and resolves when it serves. Rejects when its first three starts fail. */
  start(): Promise<void> {
    this.#stopping = new AbortController();
    this.#expectReadiness();
    const giveUp = (error: unknown) => this.#served.reject(error);
    this.#loop = this.#keepRunning(this.#stopping.signal).catch(giveUp);
    return this.#served.promise;
  }

  /** Resolves when the process serves: at once, or after it was started again. Rejects when it was stopped. */
  untilReady(): Promise<void> {
    return this.#served.promise;
  }

  /** Sends a signal. One that ends the process counts as a crash: it is waited for, then the process is started again. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const isEnd = signal !== "SIGSTOP" && signal !== "SIGCONT";
    if (isEnd && this.pid !== undefined) this.#expectReadiness();
    await this.#daemon?.kill(signal);
  }

  /** Stops the process cleanly and leaves it stopped; by force when it takes longer than 10 s. */
  async stop(): Promise<void> {
    await this.#end((daemon) => daemon.stop());
  }

  /** Ends the process at once and leaves it ended. */
  async destroy(): Promise<void> {
    await this.#end((daemon) => daemon.kill("SIGKILL"));
  }

  async #end(how: (daemon: Daemon) => Promise<void>): Promise<void> {
    this.#stopping.abort(new Error("It was stopped"));
    this.#expectReadiness();
    if (this.#daemon !== undefined) await how(this.#daemon);
    await this.#loop;
    this.#served.reject(this.#stopping.signal.reason);
    this.#isServing = true;
  }

  #expectReadiness(): void {
    if (!this.#isServing) return;
    this.#isServing = false;
    this.#served = Promise.withResolvers<void>();
    this.#served.promise.catch(() => {}); // Whether anybody waits or not.
  }

  async #keepRunning(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const problem = await this.#runOnce(startedAt, signal);
      if (signal.aborted) return;
      const isFirst = !this.#hasServed;
      failures = performance.now() - startedAt > STABLE_MS && !isFirst ? 1 : failures + 1;
      if (isFirst && failures >= MAX_FIRST_STARTS) throw problem;
      const againInMs = restartDelayMs(failures);
      tell(() => this.#events.onFailed(problem, failures, againInMs));
      await delay(againInMs, undefined, { signal }).catch(() => {});
    }
  }

  /** Starts the process and waits for its end; answers why it ended or could not be started. */
  async #runOnce(startedAt: number, signal: AbortSignal): Promise<Error> {
    try {
      const daemon = await this.#run(signal);
      this.#daemon = daemon;
      const isFirst = !this.#hasServed;
      tell(() => this.#events.onReady(performance.now() - startedAt, isFirst));
      this.#hasServed = true;
      this.#isServing = true;
      this.#served.resolve();
      const outcome = await daemon.ended;
      this.#expectReadiness();
      const ending = typeof outcome === "number" ? `exit code ${outcome}` : outcome;
      return new Error(daemon.problem ?? ending);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

/** A process is kept running also when telling of it fails; that is a warning of this process then. */
function tell(event: () => void): void {
  try {
    event();
  } catch (error) {
    process.emitWarning(error as Error);
  }
}
