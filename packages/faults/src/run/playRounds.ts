import type { Arena } from "../arena.ts";
import type { Fault } from "../faults/fault.ts";
import { Judge } from "../judge/judgeRound.ts";
import type { Ledger } from "../load/ledger.ts";
import { openArena } from "./openArena.ts";
import { type Report, type RoundReport, summarize } from "./report.ts";
import { playRound } from "./round.ts";
import type { Planned } from "./schedule.ts";
import { timelines } from "./timelines.ts";

export interface PlayOptions {
  /** The seed of the first round; each further round has the next one. */
  readonly seed: number;
  readonly rounds: number;
  readonly roundMs: number;
  readonly faults: readonly Fault[];
  readonly ordersPerSecond: number;
  readonly quietWithinMs: number;
  readonly dataDir?: string | undefined;
  readonly watcher: Watcher;
  /** Breaks it off. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/** Told how it goes. */
export interface Watcher {
  /** Faults that cannot be injected here, and why. */
  onSkipped(name: string, why: string): void;
  onRound(seed: number, schedule: readonly Planned[]): void;
  /** Again and again while a round is played. */
  onProgress(ledger: Ledger, underWay: number): void;
  onRoundEnd(report: RoundReport): void;
  /** The timelines of the orders concerned, after a round that went wrong. */
  onTimelines(text: string): void;
}

const PROGRESS_MS = 1_000;

/**
 * Plays so many rounds on a stack of its own. A round that goes wrong is the last one: what follows would be judged by what it left behind.
 * Rejects with the signal's reason when it aborts; nothing is left running or mounted then.
 */
export async function playRounds(options: PlayOptions): Promise<Report> {
  const { seed, dataDir, signal = new AbortController().signal } = options;
  const needsDisk = options.faults.some(({ name }) => name === "disk-full");
  await using open = await openArena({ seed, dataDir, needsDisk, signal });
  return await unlessAborted(playAll(open.arena, { ...options, signal }), signal);
}

async function playAll(
  arena: Arena,
  options: PlayOptions & { readonly signal: AbortSignal },
): Promise<Report> {
  const { seed, rounds, watcher, signal } = options;
  const skipped = unavailable(arena, options.faults);
  for (const [name, why] of Object.entries(skipped)) watcher.onSkipped(name, why);
  const faults = options.faults.filter(({ name }) => skipped[name] === undefined);
  const judge = new Judge(arena.stack);
  const reports: RoundReport[] = [];
  for (let round = 0; round < rounds && faults.length > 0; round++) {
    signal.throwIfAborted();
    using _progress = every(PROGRESS_MS, () =>
      watcher.onProgress(arena.load.ledger, arena.load.underWay),
    );
    const onPlanned = (schedule: readonly Planned[]) => watcher.onRound(seed + round, schedule);
    const report = await playRound(arena, judge, {
      ...options,
      faults,
      seed: seed + round,
      onPlanned,
    });
    reports.push(report);
    watcher.onRoundEnd(report);
    if (report.ok) continue;
    watcher.onTimelines(await timelines(arena.stack, arena.load.ledger, report));
    break;
  }
  return summarize(reports, skipped);
}

/** What the work comes to. When the signal aborts before, nobody waits for it any more: it fails once the arena is closed. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

const unavailable = (arena: Arena, faults: readonly Fault[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    faults.flatMap((fault) => {
      const why = fault.unavailable?.(arena);
      return why === undefined ? [] : [[fault.name, why]];
    }),
  );

function every(ms: number, act: () => void): Disposable {
  const timer = setInterval(act, ms);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
