import type { Failure, Ledger } from "../load/ledger.ts";
import type { Injected } from "./inject.ts";
import type { RollingRestart } from "./report.ts";

/** What a fault before it may still stir up, breakers included. Unit: ms. */
const AFTERMATH_MS = 5_000;

/** The rolling restarts that no other fault was near, and what clients noticed of them; those that joined one that was under way are that one. */
export function rollingRestarts(
  injected: readonly Injected[],
  ledger: Ledger,
): readonly RollingRestart[] {
  const isDisturbed = (one: Injected) =>
    injected.some(
      (other) =>
        other.planned.fault !== one.planned.fault &&
        other.beganAt < one.healedAt &&
        other.healedAt + AFTERMATH_MS > one.beganAt,
    );
  const restarts = injected.filter(({ planned }) => planned.fault === "rolling-restart");
  const isJoining = (one: Injected) =>
    restarts.some((other) => other.beganAt < one.beganAt && other.healedAt > one.beganAt);
  return restarts
    .filter((one) => !isDisturbed(one) && !isJoining(one))
    .map(({ beganAt, healedAt }) => {
      const isMeanwhile = ({ at }: { readonly at: number }) => at >= beganAt && at <= healedAt;
      const took = ledger.acceptances.filter(isMeanwhile).map(({ tookMs }) => tookMs);
      return {
        tookMs: Math.round(healedAt - beganAt),
        accepted: took.length,
        noticed: countFailures(ledger.failures.filter(isMeanwhile)),
        p99Ms: Math.round(percentile(took, 0.99)),
      };
    });
}

/** How many calls failed, by call and error. */
export function countFailures(failures: readonly Failure[]): Readonly<Record<string, number>> {
  const kinds = Map.groupBy(failures, ({ call, error }) => `${call}: ${error}`);
  return Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length]));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
