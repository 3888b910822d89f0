import type { Chance } from "../chance.ts";
import type { Fault, Injection } from "../faults/fault.ts";

/** A fault at its moment. */
export interface Planned {
  readonly fault: string;
  /** After the round's begin. Unit: ms. */
  readonly atMs: number;
  readonly injection: Injection;
}

/** Orders flow undisturbed first. Unit: ms. */
const CALM_MS = 1_500;
/** Between two moments at which something happens. Unit: ms. */
const GAP_MS = { min: 500, max: 6_000 } as const;
/** Faults of a pair begin so close to each other. Unit: ms. */
const PAIR_MS = 1_000;
/** How many of 100 moments bring two faults. */
const PAIRS_PERCENT = 50;
/** No outage takes more than this share of a round, so that there is time for others. */
const LONGEST_SHARE = 0.6;

/**
 * What happens in a round of this length, by nothing but chance: faults alone and in pairs. All kinds come before one comes again.
 */
export function planRound(
  chance: Chance,
  faults: readonly Fault[],
  roundMs: number,
): readonly Planned[] {
  const planned: Planned[] = [];
  let deck: Fault[] = [];
  const plan = (atMs: number, beside?: Fault): Fault => {
    if (deck.length === 0) deck = chance.shuffled(faults.filter((one) => one !== beside));
    const fault = deck.pop() as Fault;
    const maxMs = Math.floor(Math.min(roundMs * LONGEST_SHARE, roundMs - atMs));
    planned.push({ fault: fault.name, atMs, injection: fault.plan(chance, { maxMs }) });
    return fault;
  };
  const pairsPercent = faults.length === 1 ? 0 : PAIRS_PERCENT;
  let atMs = Math.min(CALM_MS, roundMs / 2) + chance.between(0, GAP_MS.min);
  while (atMs < roundMs) {
    const first = plan(atMs);
    const second = atMs + chance.between(0, PAIR_MS);
    if (chance.between(0, 99) < pairsPercent && second < roundMs) plan(second, first);
    atMs += chance.between(GAP_MS.min, GAP_MS.max);
  }
  return planned.toSorted((a, b) => a.atMs - b.atMs);
}
