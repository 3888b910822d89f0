import type { Quantiles, Turn } from "../contender.ts";

/** The figure in the middle of the rounds, the lowest and the highest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One contender over all rounds. */
export interface Standing {
  readonly name: string;
  readonly title: string;
  readonly ordersPerSecond: Spread;
  readonly cpuMsPerOrder: Spread;
  /** Medians of the rounds. */
  readonly answer: Quantiles;
  readonly delivery: Quantiles;
  readonly turns: readonly Turn[];
}

/** Waybill beside a contender: of the rounds' own ratios. */
export interface Ratio {
  readonly name: string;
  /** Above 1: Waybill carries out more. */
  readonly ordersPerSecond: Spread;
  /** Below 1: Waybill needs less. */
  readonly cpuMsPerOrder: Spread;
}

/** Of at least one number. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  const half = (sorted.length - 1) / 2;
  const median = (at(Math.floor(half)) + at(Math.ceil(half))) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

export function standingOf(
  { name, title }: { name: string; title: string },
  turns: readonly Turn[],
): Standing {
  const quantiles = (pick: (turn: Turn) => Quantiles): Quantiles => ({
    p50: spreadOf(turns.map((turn) => pick(turn).p50)).median,
    p99: spreadOf(turns.map((turn) => pick(turn).p99)).median,
  });
  return {
    name,
    title,
    ordersPerSecond: spreadOf(turns.map((turn) => turn.ordersPerSecond)),
    cpuMsPerOrder: spreadOf(turns.map((turn) => turn.cpuMsPerOrder)),
    answer: quantiles((turn) => turn.answer),
    delivery: quantiles((turn) => turn.delivery),
    turns,
  };
}

/** The contender of this name beside each of the others; empty when it is not among them. */
export function ratiosOf(name: string, standings: readonly Standing[]): Ratio[] {
  const own = standings.find((standing) => standing.name === name);
  if (own === undefined) return [];
  const beside = (other: Standing, pick: (turn: Turn) => number): Spread =>
    spreadOf(
      own.turns.flatMap((turn, round) => {
        const rival = other.turns[round];
        return rival === undefined || pick(rival) === 0 ? [] : [pick(turn) / pick(rival)];
      }),
    );
  return standings
    .filter((standing) => standing !== own)
    .map((other) => ({
      name: other.name,
      ordersPerSecond: beside(other, (turn) => turn.ordersPerSecond),
      cpuMsPerOrder: beside(other, (turn) => turn.cpuMsPerOrder),
    }));
}
