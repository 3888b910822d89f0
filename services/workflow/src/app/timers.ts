import { type Repetition, repeat } from "@waybill/chassis";
import { type Step, steps } from "../domain/process.ts";
import { Alarms } from "./alarms.ts";
import type { Workflow } from "./ports.ts";
import { type TimerLimits, takeUpDue } from "./timer.ts";

/** How often a timer looks by itself: for what other replicas have recorded, and for their lapsed claims. Unit: ms. */
const lookMs = 1_000;

/** The timers at work. Disposal finishes what they have taken up. */
export interface Timers extends AsyncDisposable {
  /** What the timers work with, wired to wake them. */
  readonly workflow: Workflow;
}

/**
 * Starts one timer per step, so that a slow payment provider holds up neither decisions nor Cancels. They sleep until something
 * is due, wake when something earlier is recorded here, and look every second for what is recorded elsewhere.
 */
export function startTimers(base: Omit<Workflow, "alarm">, limits: TimerLimits): Timers {
  const loops = new Map<Step, Repetition>();
  const alarms = new Alarms((step) => loops.get(step)?.wake());
  const workflow: Workflow = { ...base, alarm: (step, at) => alarms.set(step, at) };
  for (const step of steps) {
    const run = () => takeUpDue(workflow, step, limits);
    const name = `the timer of ${step}`;
    loops.set(step, repeat({ name, intervalMs: lookMs, logger: base.logger, run }));
  }
  return {
    workflow,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...loops.values()].map((loop) => loop[Symbol.asyncDispose]()));
      alarms[Symbol.dispose]();
    },
  };
}
