import type { Finding } from "@waybill/doctor";
import type { Contradiction } from "../judge/contradiction.ts";

/** What became of a round. Durations are in ms. */
export interface RoundReport {
  readonly seed: number;
  /** Nothing that was promised is broken, and it became quiet in time. */
  readonly ok: boolean;
  readonly schedule: readonly {
    readonly atMs: number;
    readonly fault: string;
    readonly what: string;
  }[];
  /** Requests by what became of them. */
  readonly requests: number;
  readonly acknowledged: number;
  /** Calls that a client with the standard retry policy saw fail, by call and error; they were repeated. */
  readonly noticed: Readonly<Record<string, number>>;
  /** Rolling restarts that had nothing beside them, with what clients noticed of them. */
  readonly rollingRestarts: readonly RollingRestart[];
  readonly orders: number;
  /** From healing until all was quiet; null when that was not within the bound. */
  readonly quietMs: number | null;
  /** What was open in the end, with examples. */
  readonly open: Readonly<Record<string, readonly string[]>>;
  /** What the doctor found, by kind. */
  readonly broken: Readonly<Record<string, number>>;
  /** The first findings of the doctor. */
  readonly examples: readonly Finding[];
  /** Where the databases contradict what clients were told. */
  readonly contradictions: readonly Contradiction[];
  readonly deadLetters: number | null;
  /** Why the round was broken off; empty when it was not. */
  readonly error: string;
}

export interface RollingRestart {
  readonly tookMs: number;
  readonly accepted: number;
  readonly noticed: Readonly<Record<string, number>>;
  readonly p99Ms: number;
}

/** What became of all rounds. */
export interface Report {
  /** All rounds are, and there was one: it proves nothing that nothing happened. */
  readonly ok: boolean;
  readonly rounds: readonly RoundReport[];
  /** Orders acknowledged in all. */
  readonly orders: number;
  /** How many faults of each kind there were. */
  readonly injected: Readonly<Record<string, number>>;
  /** Faults that could not be injected here, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly brokenPromises: number;
  readonly longestQuietMs: number;
}

export function summarize(
  rounds: readonly RoundReport[],
  skipped: Readonly<Record<string, string>>,
): Report {
  const injected: Record<string, number> = {};
  for (const { fault } of rounds.flatMap(({ schedule }) => schedule))
    injected[fault] = (injected[fault] ?? 0) + 1;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    ok: rounds.length > 0 && rounds.every(({ ok }) => ok),
    rounds,
    orders: sum(rounds.map(({ acknowledged }) => acknowledged)),
    injected,
    skipped,
    brokenPromises: sum(
      rounds.map(
        ({ broken, contradictions }) => sum(Object.values(broken)) + contradictions.length,
      ),
    ),
    longestQuietMs: Math.max(0, ...rounds.map(({ quietMs }) => quietMs ?? 0)),
  };
}
