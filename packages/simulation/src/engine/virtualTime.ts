import type { Appointment, Scheduler } from "./scheduler.ts";

/** The schedule that is being run. */
let active: Scheduler | undefined;

export function setActive(scheduler: Scheduler | undefined): void {
  active = scheduler;
}

const RealDate = Date;
const {
  setTimeout: realSetTimeout,
  setImmediate: realSetImmediate,
  setInterval: realSetInterval,
} = globalThis;
const { clearTimeout: realClearTimeout, random: realRandom } = {
  ...globalThis,
  random: Math.random,
};

class VirtualDate extends RealDate {
  constructor(...parts: [] | [number | string | Date]) {
    if (parts.length === 0) super(VirtualDate.now());
    else super(parts[0]);
  }

  static override now(): number {
    return active === undefined ? RealDate.now() : Math.floor(active.now);
  }
}

type Work = (...parts: unknown[]) => void;

/** A timer of virtual time, which belongs to whoever's step has started it. */
class VirtualTimer {
  readonly #appointment: Appointment;

  constructor(scheduler: Scheduler, ms: number, work: () => void) {
    this.#appointment = scheduler.enter(scheduler.current, ms, work);
  }

  cancel(): void {
    this.#appointment.cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/**
 * Gives this whole process virtual time: the clock, timers, turns of the event loop and Math.random are those of the schedule that is being
 * run. For a process of its own, before the code that is to live in virtual time is loaded.
 */
export function installVirtualTime(): void {
  const setTimer = (work: Work, ms = 0, ...parts: unknown[]) =>
    active === undefined
      ? realSetTimeout(work, ms, ...parts)
      : new VirtualTimer(active, ms, () => work(...parts));
  const setTurn = (work: Work, ...parts: unknown[]) =>
    active === undefined
      ? realSetImmediate(work, ...parts)
      : new VirtualTimer(active, 0, () => work(...parts));
  const clear = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.cancel();
    else realClearTimeout(timer as NodeJS.Timeout);
  };
  Object.assign(globalThis, {
    Date: VirtualDate,
    setTimeout: setTimer,
    setImmediate: setTurn,
    setInterval: everyMs,
    clearTimeout: clear,
    clearImmediate: clear,
    clearInterval: clear,
  });
  Math.random = () => active?.random.next() ?? realRandom();
}

function everyMs(work: Work, ms = 0, ...parts: unknown[]): object {
  const scheduler = active;
  if (scheduler === undefined) return realSetInterval(work, ms, ...parts);
  const owner = scheduler.current;
  let next = scheduler.enter(owner, ms, tick);
  function tick(): void {
    work(...parts);
    next = (scheduler as Scheduler).enter(owner, ms, tick);
  }
  const timer = Object.create(VirtualTimer.prototype) as VirtualTimer;
  return Object.assign(timer, { cancel: () => next.cancel() });
}
