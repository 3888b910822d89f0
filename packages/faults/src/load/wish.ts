import { Chance } from "../chance.ts";

/** What a story is about. */
export const kinds = [
  "plain",
  "declined",
  "late-payment",
  "out-of-stock",
  "hot-item",
  "cancelled",
  "repeated",
  "changed",
  "coordinator-confirms",
  "coordinator-cancels",
  "coordinator-too-late",
] as const;

export type Kind = (typeof kinds)[number];

/** What one customer, or coordinator, is going to do. */
export interface Wish {
  readonly kind: Kind;
  readonly userId: string;
  readonly lines: readonly { readonly itemId: string; readonly quantity: number }[];
  readonly paymentMethod: string;
  /** How long the customer thinks between two steps. Unit: ms. */
  readonly pauseMs: number;
}

export const customers = ["ada", "grace", "edsger", "barbara"] as const;

/** What there is in plenty. */
export const plentiful = ["tea", "cup", "pot"] as const;
/** What there is none of. */
export const soldOut = "unicorn";

/** How many of 100 wishes are of which kind. */
const shares: Readonly<Record<Kind, number>> = {
  plain: 40,
  declined: 6,
  "late-payment": 12,
  "out-of-stock": 4,
  "hot-item": 8,
  cancelled: 12,
  repeated: 6,
  changed: 2,
  "coordinator-confirms": 5,
  "coordinator-cancels": 3,
  "coordinator-too-late": 2,
};

/** Providers that take their time, fail, or say nothing although they did it. */
export const troublesome = ["pm_pending", "pm_slow", "pm_flaky", "pm_timeout"] as const;

const MAX_QUANTITY = 3;
const MAX_PAUSE_MS = 700;
/** So that the seeds of neighbouring wishes have nothing in common. */
const SPREAD = 0x9e3779b1;

/** The wish of this number: the same for the same seed. `hotItem` is what everybody wants and there is little of. */
export function wishOf(seed: number, index: number, hotItem: string): Wish {
  const chance = new Chance(Math.imul(seed, SPREAD) ^ Math.imul(index + 1, SPREAD));
  const kind = kindAt(chance.between(0, 99));
  const quantity = () => chance.between(1, MAX_QUANTITY);
  const some = chance.pickSome(plentiful, chance.between(1, plentiful.length));
  const lines: { itemId: string; quantity: number }[] = some.map((itemId) => ({
    itemId,
    quantity: quantity(),
  }));
  if (kind === "hot-item") lines.push({ itemId: hotItem, quantity: 1 });
  if (kind === "out-of-stock") lines.push({ itemId: soldOut, quantity: 1 });
  return {
    kind,
    userId: chance.pick(customers),
    lines,
    paymentMethod: methodOf(kind, chance),
    pauseMs: chance.between(0, MAX_PAUSE_MS),
  };
}

function methodOf(kind: Kind, chance: Chance): string {
  if (kind === "declined") return "pm_declined";
  if (kind === "late-payment") return chance.pick(troublesome);
  if (kind === "cancelled") return chance.pick(["pm_ok", ...troublesome]);
  return "pm_ok";
}

function kindAt(percent: number): Kind {
  let upTo = 0;
  for (const kind of kinds) {
    upTo += shares[kind];
    if (percent < upTo) return kind;
  }
  throw new RangeError("The shares do not add up to 100");
}
