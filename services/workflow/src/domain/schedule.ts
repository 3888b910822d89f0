import type { OrderFacts, Outcome, Process } from "./process.ts";

/** When failed attempts are repeated, and from when on they are listed as stuck. */
export interface RetryRules {
  /** How long to wait after this many failed attempts (from 1). Unit: ms. */
  readonly delayMs: (attempts: number) => number;
  /** How long to wait after a refusal for good. Unit: ms. */
  readonly refusedDelayMs: () => number;
  /** What has failed for longer than this is listed as stuck. Unit: ms. */
  readonly stuckAfterMs: number;
}

/**
 * The process that an attempt leaves behind, or undefined when the order waits for nothing any more.
 * `previous` is the process before the attempt, if there was one; `deadline` is when an undecided order
 * is cancelled, before which a failing one is always taken up.
 */
export function reschedule(
  order: OrderFacts,
  outcome: Outcome,
  previous: Process | undefined,
  deadline: Date,
  now: Date,
  rules: RetryRules,
): Process | undefined {
  if (outcome.kind === "finished") return undefined;
  const before = previous?.step === outcome.step ? previous : undefined;
  const step = { order, step: outcome.step, since: before?.since ?? now };
  if (outcome.kind === "waiting") {
    return { ...step, ...untroubled, nextAt: outcome.until, attempts: before?.attempts ?? 0 };
  }
  const attempts = (before?.attempts ?? 0) + 1;
  const failingSince = before?.failingSince ?? sinceOf(outcome) ?? now;
  const refused = outcome.kind === "refused";
  const stuck = refused || now.getTime() - failingSince.getTime() >= rules.stuckAfterMs;
  const nextAt = after(now, refused ? rules.refusedDelayMs() : rules.delayMs(attempts));
  return {
    ...step,
    state: stuck ? "STUCK" : "WAITING",
    nextAt: isUndecided(outcome.step) && deadline > now ? earlier(nextAt, deadline) : nextAt,
    attempts,
    failingSince,
    lastError: outcome.setback.error,
    lastReason: outcome.setback.reason,
  };
}

const untroubled = {
  state: "WAITING",
  failingSince: undefined,
  lastError: "",
  lastReason: "",
} as const;

const sinceOf = (outcome: Outcome): Date | undefined =>
  outcome.kind === "failed" ? outcome.failingSince : undefined;

const isUndecided = (step: Process["step"]): boolean => step === "TRY" || step === "DECIDE";

const after = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
