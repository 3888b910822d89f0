import type { Command, Status, Transition, Verdict } from "./status.ts";
import { decide } from "./status.ts";

/** What a batch of commands leads to: a verdict for each, and what has to be written. */
export interface BatchOutcome {
  readonly verdicts: readonly Verdict[];
  /** The orders that are new, in their last status of this batch, by order id. */
  readonly created: readonly Status[];
  /** The orders that were there and have changed, in their last status of this batch, by order id. */
  readonly changed: readonly Status[];
  readonly transitions: readonly Transition[];
}

/** Folds the commands in arrival order, so that a later one of the same order sees what an earlier one did. */
export function decideAll(
  stored: ReadonlyMap<string, Status>,
  commands: readonly Command[],
  now: Date,
): BatchOutcome {
  const current = new Map(stored);
  const verdicts = commands.map((command) => {
    const verdict = decide(current.get(command.orderId), command, now);
    if (verdict.kind === "moved" || verdict.kind === "marked") {
      current.set(command.orderId, verdict.status);
    }
    return verdict;
  });
  const written = [...current.values()]
    .filter((status) => stored.get(status.orderId) !== status)
    .sort(byOrderId);
  return {
    verdicts,
    created: written.filter((status) => !stored.has(status.orderId)),
    changed: written.filter((status) => stored.has(status.orderId)),
    transitions: verdicts.flatMap((verdict) =>
      verdict.kind === "moved" ? [verdict.transition] : [],
    ),
  };
}

function byOrderId(a: Status, b: Status): number {
  return a.orderId < b.orderId ? -1 : 1;
}
