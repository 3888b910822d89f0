import { createHash } from "node:crypto";
import type { AnyTarget } from "../targets/target.ts";

/** Some inputs of one target, sent one after the other. */
export interface Portion {
  readonly target: AnyTarget;
  /** Decides the inputs. */
  readonly seed: number;
  readonly inputs: number;
}

/** Small enough for many targets to take turns, large enough for fast-check to try more and more of what is unlikely. */
export const PORTION_INPUTS = 50;

/** So many inputs of a target in portions. The same seed gives a target the same inputs, whatever else is there. */
export function portionsOf(target: AnyTarget, inputs: number, seed: number): Portion[] {
  return Array.from({ length: Math.ceil(inputs / PORTION_INPUTS) }, (_, index) => ({
    target,
    seed: seedOf(seed, target.name, index),
    inputs: Math.min(PORTION_INPUTS, inputs - index * PORTION_INPUTS),
  }));
}

const seedOf = (seed: number, name: string, index: number): number =>
  createHash("sha256").update(`${seed} ${name} ${index}`).digest().readInt32BE();
