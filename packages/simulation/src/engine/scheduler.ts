import { setImmediate as nextTurn } from "node:timers"; // The event loop's own, not the virtual one.
import { Agenda } from "./agenda.ts";
import type { Random } from "./random.ts";

/** Whose steps are run: one incarnation of a process, or the world around the processes. */
export interface Owner {
  readonly name: string;
  /** False once it has crashed: none of its steps is run any more. */
  isAlive: boolean;
  /** Until then its steps wait, as those of a stopped process do. Unit: ms. */
  pausedUntil: number;
}

interface Entry {
  readonly time: number;
  readonly place: number;
  readonly owner: Owner;
  readonly act: () => void;
  isCancelled: boolean;
}

/** What was entered, so that it can be taken back. */
export interface Appointment {
  cancel(): void;
}

/** Runs one step after the other in virtual time. A step ends when all that follows from it without waiting is done. */
export class Scheduler {
  readonly random: Random;
  /** Unit: ms since 1970. */
  now: number;
  /** Whose step is being run. */
  current: Owner;
  steps = 0;
  readonly #agenda = new Agenda<Entry>();
  #places = 0;

  constructor(random: Random, startMs: number, world: Owner) {
    this.random = random;
    this.now = startMs;
    this.current = world;
  }

  /** Enters a step of this owner, `inMs` from now. */
  enter(owner: Owner, inMs: number, act: () => void): Appointment {
    return this.#add(owner, this.now + Math.max(0, inMs), act);
  }

  #add(owner: Owner, time: number, act: () => void): Appointment {
    const entry: Entry = { time, place: this.#places++, owner, act, isCancelled: false };
    this.#agenda.add(entry);
    return {
      cancel: () => {
        entry.isCancelled = true;
      },
    };
  }

  /** Runs steps until `isOver`; false when nothing is left to do before. */
  async run(isOver: () => boolean): Promise<boolean> {
    while (!isOver()) {
      const entry = this.#agenda.take();
      if (entry === undefined) return false;
      if (entry.isCancelled || !entry.owner.isAlive) continue;
      this.now = Math.max(this.now, entry.time);
      if (entry.owner.pausedUntil > this.now) {
        this.#add(entry.owner, entry.owner.pausedUntil, entry.act);
        continue;
      }
      this.steps += 1;
      this.current = entry.owner;
      entry.act();
      await new Promise((resolve) => nextTurn(resolve));
    }
    return true;
  }

  /** Runs what is about to be done as a step of this owner. */
  as(owner: Owner, act: () => void): void {
    const before = this.current;
    this.current = owner;
    act();
    this.current = before;
  }
}
