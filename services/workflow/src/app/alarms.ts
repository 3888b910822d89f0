import type { Step } from "../domain/process.ts";

/** What falls due within this time is taken up together. Unit: ms. */
const grainMs = 20;

/** Later times are left to the timers' own interval. Unit: ms. */
const horizonMs = 60_000;

/** One alarm per step, each set to the earliest time that it was told. They keep no process alive. */
export class Alarms {
  readonly #ring: (step: Step) => void;
  readonly #clock: () => Date;
  readonly #set = new Map<Step, { readonly at: number; readonly timer: NodeJS.Timeout }>();

  /** `ring` is called when the time of a step has come, by this clock. */
  constructor(ring: (step: Step) => void, clock: () => Date) {
    this.#ring = ring;
    this.#clock = clock;
  }

  set(step: Step, at: Date): void {
    const now = this.#clock().getTime();
    const time = Math.max(at.getTime(), now + grainMs);
    const earlier = this.#set.get(step);
    if (time - now > horizonMs || (earlier !== undefined && earlier.at <= time)) return;
    clearTimeout(earlier?.timer);
    const timer = setTimeout(() => {
      this.#set.delete(step);
      this.#ring(step);
    }, time - now);
    this.#set.set(step, { at: time, timer: timer.unref() });
  }
}
