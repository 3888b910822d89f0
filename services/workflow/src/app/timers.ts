import type { Repetition } from "@waybill/chassis";
import { type Step, steps } from "../domain/process.ts";
import { Alarms } from "./alarms.ts";
import type { Workflow } from "./ports.ts";
import { type TimerLimits, takeUpDue } from "./timer.ts";

/** How often a timer looks by itself: for what other replicas have recorded, and for their lapsed claims. Unit: ms. */
const lookMs = 1_000;

/** Begins a background loop, which runs at once, then each interval, and when it is woken. */
export type BeginLoop = (
  name: string,
  intervalMs: number,
  run: () => Promise<{ readonly again: boolean }>,
) => Repetition;

/**
 * Starts one timer per step, so that a slow payment provider holds up neither decisions nor Cancels. They sleep until something
 * is due, wake when something earlier is recorded here, and look every second for what is recorded elsewhere. Answers the workflow
 * with its alarm wired to them.
 */
export function startTimers(
  base: Omit<Workflow, "alarm">,
  limits: TimerLimits,
  begin: BeginLoop,
): Workflow {
  const loops = new Map<Step, Repetition>();
  const alarms = new Alarms((step) => loops.get(step)?.wake(), base.clock);
  const workflow: Workflow = { ...base, alarm: (step, at) => alarms.set(step, at) };
  for (const step of steps) {
    const loop = begin(`the timer of ${step}`, lookMs, () => takeUpDue(workflow, step, limits));
    loops.set(step, loop);
  }
  return workflow;
}
