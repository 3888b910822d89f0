import { backoff } from "./backoff.ts";
import type { Logger } from "./logger.ts";
import { sleep } from "./sleep.ts";

/** What a run may answer. */
export interface RunResult {
  /** There is more to do: the next run is to start at once. */
  readonly again: boolean;
}

export interface RepeatOptions {
  /** For the log. */
  readonly name: string;
  /** From the end of one run to the start of the next, give or take a tenth. Unit: ms. */
  readonly intervalMs: number;
  /** Ends the loop; the run under way is told by the signal it was given. */
  readonly signal?: AbortSignal;
  readonly logger: Logger;
  /** One run. It ends early when the signal aborts. */
  readonly run: (signal: AbortSignal) => Promise<RunResult | undefined> | Promise<void>;
}

/** A background loop. Disposal tells the run under way to end, and waits for it. */
export interface Repetition extends AsyncDisposable {
  /** Starts the next run at once; while one is under way, right after it. */
  wake(): void;
}

/** A failing loop tries again soon after a hiccup, and seldom while everything is down. */
const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * Runs at once and then again and again, one run at a time. A run that throws is logged, and
 * followed by the next with backoff; the loop itself never ends before its signal or disposal.
 */
export function repeat(options: RepeatOptions): Repetition {
  const disposal = new AbortController();
  // A combined signal that is listened to stays in memory until it aborts.
  const signal =
    options.signal === undefined
      ? disposal.signal
      : AbortSignal.any([disposal.signal, options.signal]);
  const alarm = new Alarm();
  signal.addEventListener("abort", () => alarm.ring(), { once: true });
  const ended = loop(options, signal, alarm);
  return {
    wake: () => alarm.ring(),
    [Symbol.asyncDispose]: async () => {
      disposal.abort(new Error(`${options.name} is being stopped`));
      await ended;
    },
  };
}

async function loop(options: RepeatOptions, signal: AbortSignal, alarm: Alarm): Promise<void> {
  const { name, intervalMs, logger, run } = options;
  let failures = 0;
  await Promise.resolve(); // Lets the caller have its Repetition before the first run.
  while (!signal.aborted) {
    let pauseMs = intervalMs * (0.9 + 0.2 * Math.random());
    try {
      const result = await run(signal);
      failures = 0;
      if (result?.again) pauseMs = 0;
    } catch (error) {
      if (signal.aborted) return; // It ended because it was told to.
      pauseMs = backoff(failures, {
        firstMs: Math.min(intervalMs, firstRetryMs),
        capMs: Math.max(intervalMs, longestRetryMs),
      });
      failures += 1;
      logger.error({ error, failures, retryInMs: pauseMs }, `${name} failed, will try again`);
    }
    await alarm.pause(pauseMs);
  }
}

/** A pause that can be cut short. */
class Alarm {
  #rung = false;
  #cut: AbortController | undefined;

  /** Cuts the pause short; without one under way, the next. */
  ring(): void {
    this.#rung = true;
    this.#cut?.abort();
  }

  /** Never rejects. Even a pause of 0 ms lets others run first. */
  async pause(ms: number): Promise<void> {
    const cut = new AbortController();
    this.#cut = cut;
    await sleep(this.#rung ? 0 : ms, cut.signal).catch(() => {}); // Cut short; that is fine.
    this.#cut = undefined;
    this.#rung = false;
  }
}
