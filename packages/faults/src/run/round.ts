import type { Arena } from "../arena.ts";
import { Chance } from "../chance.ts";
import type { Fault } from "../faults/fault.ts";
import type { Contradiction } from "../judge/contradiction.ts";
import type { Judge } from "../judge/judgeRound.ts";
import { isAcknowledged, orderIdsOf } from "../load/ledger.ts";
import { lasting } from "../patience.ts";
import { type Injected, inject } from "./inject.ts";
import { countFailures, rollingRestarts } from "./noticed.ts";
import { untilQuiet } from "./quiet.ts";
import type { RollingRestart, RoundReport } from "./report.ts";
import { type Planned, planRound } from "./schedule.ts";

export interface RoundOptions {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly roundMs: number;
  readonly ordersPerSecond: number;
  /** How long it may take from healing until all is quiet. */
  readonly quietWithinMs: number;
  /** Ends the faults early. */
  readonly signal: AbortSignal;
  /** Told the schedule before it begins. */
  readonly onPlanned: (schedule: readonly Planned[]) => void;
}

/** Calls are answered within this time of healing, or never. Unit: ms. */
const ANSWERED_WITHIN_MS = 60_000;

/** One round: load, faults, healing, quiet, judgement. */
export async function playRound(
  arena: Arena,
  judge: Judge,
  options: RoundOptions,
): Promise<RoundReport> {
  const schedule = planRound(new Chance(options.seed), options.faults, options.roundMs);
  options.onPlanned(schedule);
  const { load } = arena;
  await load.begin(options.seed, options.ordersPerSecond);
  const over = new AbortController();
  const ending = AbortSignal.any([over.signal, options.signal]);
  const timer = setTimeout(() => over.abort(), options.roundMs);
  let injected: readonly Injected[] = [];
  let error = "";
  try {
    [injected] = await Promise.all([
      inject(arena, schedule, { ending, stopping: options.signal }),
      lasting(options.roundMs, ending),
    ]);
  } catch (problem) {
    error = `A fault could not be injected: ${problem}`;
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  await arena.heal();
  const healedAt = performance.now();
  await load.end(ANSWERED_WITHIN_MS);
  const { ledger } = load;
  const acknowledged = ledger.entries.filter(isAcknowledged);
  const quiet = await untilQuiet(arena.stack, acknowledged.flatMap(orderIdsOf), {
    healedAt,
    withinMs: options.quietWithinMs,
  });
  const restarts = rollingRestarts(injected, ledger);
  const contradictions = [...(await judge.judge(ledger)), ...restarts.flatMap(disturbance)];
  return {
    seed: options.seed,
    ok: quiet.tookMs !== undefined && contradictions.length === 0 && error === "",
    schedule: schedule.map(({ atMs, fault, injection: { what } }) => ({ atMs, fault, what })),
    requests: ledger.entries.length,
    acknowledged: acknowledged.length,
    noticed: countFailures(ledger.failures),
    rollingRestarts: restarts,
    orders: quiet.diagnosis.orders,
    quietMs: quiet.tookMs === undefined ? null : Math.round(quiet.tookMs),
    open: quiet.open,
    broken: quiet.broken,
    examples: quiet.diagnosis.promises.flatMap(({ examples }) => examples),
    contradictions,
    deadLetters: quiet.diagnosis.deadLetters ?? null,
    error,
  };
}

function disturbance({ noticed }: RollingRestart): Contradiction[] {
  const failures = Object.entries(noticed).map(([kind, times]) => `${times} × ${kind}`);
  if (failures.length === 0) return [];
  return [
    {
      check: "restart-noticed",
      request: "",
      orderIds: [],
      text: `a rolling restart that nothing else disturbed made calls fail: ${failures.join(", ")}`,
    },
  ];
}
