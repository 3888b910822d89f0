import { customers, wares } from "../shop.ts";

/** What one of many orders is to be. */
export interface Wish {
  readonly userId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
  readonly paymentMethod: string;
  /** Its customer cancels it as soon as it is accepted. */
  readonly isCancelled: boolean;
  /** It is sent twice at the same time, as by an impatient client. */
  readonly isDoubled: boolean;
}

/** How many of 100 orders are paid how. */
const methods = [
  ["pm_ok", 88],
  ["pm_declined", 4],
  ["pm_pending", 3],
  ["pm_flaky", 2],
  ["pm_slow", 2],
  ["pm_timeout", 1],
] as const;

const DOUBLED_PERCENT = 2;
const MAX_LINES = 3;
const MAX_QUANTITY = 3;

/** The order of this number: the same for the same seed, whatever became of the orders before it. */
export function wishOf(seed: number, index: number, cancelsPercent: number): Wish {
  const random = randomNumbers(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const below = (limit: number) => Math.floor(random() * limit);
  const first = below(wares.length);
  const lines = Array.from({ length: 1 + below(MAX_LINES) }, (_, offset) => ({
    itemId: wares[(first + offset) % wares.length]?.itemId ?? "",
    quantity: 1 + below(MAX_QUANTITY),
  }));
  return {
    userId: customers[below(customers.length)] ?? customers[0],
    lines,
    paymentMethod: methodAt(below(100)),
    isCancelled: below(100) < cancelsPercent,
    isDoubled: below(100) < DOUBLED_PERCENT,
  };
}

function methodAt(percent: number): string {
  let upTo = 0;
  for (const [method, share] of methods) {
    upTo += share;
    if (percent < upTo) return method;
  }
  return "pm_ok";
}

/** Mulberry32: numbers in [0, 1) that look random and are the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
