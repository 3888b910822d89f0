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

/** Wakes the timers in time, and says in the log what has got stuck, in one line for a batch: each order once, while it stays so. */
function announce(
  { alarm, logger }: Workflow,
  processes: readonly Process[],
  before: readonly Process[] = [],
): void {
  for (const { step, nextAt } of processes) alarm(step, nextAt);
  const known = new Set(before.filter(isStuck).map(({ order }) => order.orderId));
  const stuck = processes.filter((each) => isStuck(each) && !known.has(each.order.orderId));
  const [first] = stuck;
  if (first === undefined) return;
  const orders = stuck.slice(0, maxNamed).map(({ order }) => order.orderId);
  const { step, lastReason, lastError } = first;
  logger.warn({ orders, count: stuck.length, step, lastReason, lastError }, "orders are stuck");
}

const isStuck = ({ state }: Process): boolean => state === "STUCK";

/** How many orders one line of the log names. The list of processes has all. */
const maxNamed = 10;
