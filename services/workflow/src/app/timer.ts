import { claimDue, earliestDue } from "../db/takeProcesses.ts";
import type { Step } from "../domain/process.ts";
import { whileClaimed } from "./lease.ts";
import type { Workflow } from "./ports.ts";
import { recordAttempts } from "./recordOutcomes.ts";
import { runStep } from "./runStep.ts";

export interface TimerLimits {
  /** Orders taken up at a time. */
  readonly batchSize: number;
  /** How long after a replica has died others take what it had claimed. While it lives, it prolongs its claims. Unit: ms. */
  readonly leaseMs: number;
}

/**
 * One turn of a step's timer: takes up the orders whose time has come, a batch of them, with the same function as the events do.
 * Answers whether there may be more of them at once; otherwise the step's alarm is set to the next one.
 */
export async function takeUpDue(
  workflow: Workflow,
  step: Step,
  { batchSize, leaseMs }: TimerLimits,
): Promise<{ readonly again: boolean }> {
  const { db, clock, alarm } = workflow;
  const now = clock();
  const leaseEnd = new Date(now.getTime() + leaseMs);
  const claimed = await claimDue(db, step, now, leaseEnd, batchSize);
  if (claimed.length > 0) {
    const orders = claimed.map(({ order }) => order);
    const claims = { step, processes: claimed, leaseEnd };
    const outcomes = await whileClaimed(workflow, claims, leaseMs, () =>
      runStep(workflow, step, orders),
    );
    await recordAttempts(workflow, step, claimed, outcomes);
  }
  if (claimed.length === batchSize) return { again: true };
  const next = await earliestDue(db, step, clock());
  if (next !== undefined) alarm(step, next);
  return { again: false };
}
