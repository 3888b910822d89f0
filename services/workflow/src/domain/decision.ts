import type { OrderFacts } from "./process.ts";

/** The times that bound an order's decision. */
export interface DecisionRules {
  /** How long after placing an order can still be cancelled. Unit: ms. */
  readonly cancellationWindowMs: number;
  /** How long after placing an undecided order is cancelled. Unit: ms. */
  readonly decideByMs: number;
}

/** What is to become of an order. The compare-and-set in status makes it so, or tells who was faster. */
export type Decision =
  | { readonly kind: "confirm" }
  | { readonly kind: "cancel"; readonly reason: string }
  | { readonly kind: "wait"; readonly until: Date };

/** When an undecided order is cancelled. An outside coordinator sets that time itself. */
export function deadlineOf(order: OrderFacts, rules: DecisionRules): Date {
  return order.expiresAt ?? new Date(order.placedAt.getTime() + rules.decideByMs);
}

/** Cancels the order when its time is up, whatever its Tries are up to; undefined before. */
export function overdue(order: OrderFacts, now: Date, rules: DecisionRules): Decision | undefined {
  if (now < deadlineOf(order, rules)) return undefined;
  return { kind: "cancel", reason: order.expiresAt === undefined ? "TIMED_OUT" : "EXPIRED" };
}

/** Decides an order whose Tries have all succeeded. One of an outside coordinator is only ever cancelled here. */
export function decideTried(order: OrderFacts, now: Date, rules: DecisionRules): Decision {
  const late = overdue(order, now, rules);
  if (late !== undefined) return late;
  if (order.expiresAt !== undefined) return { kind: "wait", until: order.expiresAt };
  const windowEnd = new Date(order.placedAt.getTime() + rules.cancellationWindowMs);
  return now < windowEnd ? { kind: "wait", until: windowEnd } : { kind: "confirm" };
}
