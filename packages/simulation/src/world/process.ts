import type { Logger } from "@waybill/chassis";
import { type RepeatOptions, type Repetition, repeat } from "@waybill/chassis";
import type { Database } from "@waybill/persistence";
import type { Owner, Scheduler } from "../engine/scheduler.ts";
import { connect } from "../store/connection.ts";
import type { Store } from "../store/store.ts";
import type { Chaos } from "./chaos.ts";

/** What a service offers, by the names of its RPCs. */
export type Handlers = Readonly<
  Record<string, (request: never, call: { readonly signal: AbortSignal }) => unknown>
>;

/** What a service is begun with, in place of packages/host. */
export interface Running {
  readonly owner: Owner;
  readonly db: Database;
  readonly logger: Logger;
  background(name: string, intervalMs: number, run: RepeatOptions["run"]): Repetition;
}

/** Begins a service with what it has committed; answers its RPCs. */
export type Boot = (running: Running) => Handlers;

/** Logs nothing: a trace says more. */
export const silent = Object.fromEntries(
  ["trace", "debug", "info", "warn", "error", "fatal"].map((level) => [level, () => {}]),
) as unknown as Logger;

export interface ProcessParts {
  readonly name: string;
  readonly store: Store;
  readonly scheduler: Scheduler;
  readonly chaos: Chaos;
  readonly boot: Boot;
  readonly onBroken: (what: string) => void;
}

/** A service that can crash between any two steps, and come back with what it had committed. */
export class Process {
  readonly name: string;
  readonly store: Store;
  readonly #parts: ProcessParts;
  #incarnation = 0;
  #owner: Owner;
  #handlers: Handlers | undefined;
  #abandon = () => {};

  constructor(parts: ProcessParts) {
    this.name = parts.name;
    this.store = parts.store;
    this.#parts = parts;
    this.#owner = { name: parts.name, isAlive: false, pausedUntil: 0 };
  }

  get owner(): Owner {
    return this.#owner;
  }

  /** Undefined while it is down. */
  get handlers(): Handlers | undefined {
    return this.#handlers;
  }

  start(): void {
    if (this.#owner.isAlive) return;
    const { name, scheduler, boot } = this.#parts;
    this.#incarnation += 1;
    const owner = { name: `${name}.${this.#incarnation}`, isAlive: true, pausedUntil: 0 };
    const db = connect({ ...this.#parts, owner });
    this.#owner = owner;
    this.#abandon = db.abandon;
    scheduler.as(owner, () => {
      this.#handlers = boot({
        owner,
        db,
        logger: silent,
        background: (loop, intervalMs, run) =>
          repeat({ name: loop, intervalMs, run, logger: silent }),
      });
    });
  }

  /** Ends it at once: what it was about to do is not done, and what it has not committed is lost. */
  crash(): void {
    this.#owner.isAlive = false;
    this.#handlers = undefined;
    this.#abandon();
  }

  /** Stops it for a while, as SIGSTOP does. */
  pause(untilMs: number): void {
    this.#owner.pausedUntil = untilMs;
  }
}
