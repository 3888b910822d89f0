import { finishStep, recordProcesses, rescheduleProcesses } from "../db/recordProcesses.ts";
import { deadlineOf } from "../domain/decision.ts";
import type { OrderFacts, Outcome, Process, Step } from "../domain/process.ts";
import { reschedule } from "../domain/schedule.ts";
import type { Outcomes } from "./outcomes.ts";
import type { Workflow } from "./ports.ts";

/** Records what the orders of a first pass wait for; those that are finished leave no trace. */
export async function recordFirstPass(
  workflow: Workflow,
  orders: readonly OrderFacts[],
  outcomes: Outcomes,
): Promise<void> {
  const processes = orders.flatMap((order) => {
    const process = processAfter(workflow, order, outcomes.get(order.orderId), undefined);
    return process === undefined ? [] : [process];
  });
  await recordProcesses(workflow.db, processes);
  announce(workflow, processes);
}

/** Releases what the timer had claimed: finished ones go, the others get their next time. */
export async function recordAttempts(
  workflow: Workflow,
  step: Step,
  claimed: readonly Process[],
  outcomes: Outcomes,
): Promise<void> {
  const done: string[] = [];
  const processes: Process[] = [];
  for (const previous of claimed) {
    const { order } = previous;
    const process = processAfter(workflow, order, outcomes.get(order.orderId), previous);
    if (process === undefined) done.push(order.orderId);
    else processes.push(process);
  }
  await Promise.all([
    finishStep(workflow.db, step, done),
    rescheduleProcesses(workflow.db, step, processes),
  ]);
  announce(workflow, processes, claimed);
}

function processAfter(
  { clock, decisions, retries }: Workflow,
  order: OrderFacts,
  outcome: Outcome | undefined,
  previous: Process | undefined,
): Process | undefined {
  if (outcome === undefined) throw new Error(`Order ${order.orderId} has no outcome`);
  return reschedule(order, outcome, previous, deadlineOf(order, decisions), clock(), retries);
}

/** Wakes the timers in time, and says in the log what has got stuck: each order once, while it stays so. */
function announce(
  { alarm, logger }: Workflow,
  processes: readonly Process[],
  before: readonly Process[] = [],
): void {
  const known = new Set(
    before.filter(({ state }) => state === "STUCK").map(({ order }) => order.orderId),
  );
  for (const { order, step, state, nextAt, lastReason, lastError } of processes) {
    alarm(step, nextAt);
    if (state !== "STUCK" || known.has(order.orderId)) continue;
    logger.warn({ orderId: order.orderId, step, lastReason, lastError }, "an order is stuck");
  }
}
