import type { Ledger } from "../load/ledger.ts";
import type { Injected } from "./inject.ts";
import type { RollingRestart } from "./report.ts";

/** What a fault before it may still stir up, breakers included. Unit: ms. */
const AFTERMATH_MS = 5_000;

/** The rolling restarts that no other fault was near, and what clients noticed of them. */
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
  return injected
    .filter(({ planned }) => planned.fault === "rolling-restart")
    .filter((one) => !isDisturbed(one))
    .map(({ beganAt, healedAt }) => {
      const isMeanwhile = ({ at }: { readonly at: number }) => at >= beganAt && at <= healedAt;
      const took = ledger.acceptances.filter(isMeanwhile).map(({ tookMs }) => tookMs);
      return {
        tookMs: Math.round(healedAt - beganAt),
        accepted: took.length,
        noticed: ledger.failures.filter(isMeanwhile).length,
        p99Ms: Math.round(percentile(took, 0.99)),
      };
    });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
