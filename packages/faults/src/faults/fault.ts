import type { Arena } from "../arena.ts";
import type { Chance } from "../chance.ts";

/** How long what a fault does may last. */
export interface Limits {
  /** No outage or pause is longer. Unit: ms. */
  readonly maxMs: number;
}

/** A fault with everything about it decided: to whom, how long. */
export interface Injection {
  /** For people, and the same for the same seed: "SIGKILL payment and nats". */
  readonly what: string;
  /** Does it, lets it last, and heals it. Once the signal aborts, it heals at once. */
  run(arena: Arena, signal: AbortSignal): Promise<void>;
}

/** A kind of fault. */
export interface Fault {
  /** "kill-several". */
  readonly name: string;
  /** What it does, for people. */
  readonly description: string;
  /** Why it cannot be injected here; undefined when it can. */
  unavailable?(arena: Arena): string | undefined;
  /** Decides about everything, by nothing but chance. */
  plan(chance: Chance, limits: Limits): Injection;
}
