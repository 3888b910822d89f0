import { createHash } from "node:crypto";
import type { AnyTarget } from "../targets/target.ts";

/** Some inputs of one target, sent one after the other and shrunk by themselves, so that several of one target may be under way. */
export interface Portion {
  readonly target: AnyTarget;
  /** Decides the inputs. */
  readonly seed: number;
  readonly inputs: number;
}

/** Small enough to be spread well, large enough for fast-check to try more and more of what is unlikely. */
export const PORTION_INPUTS = 100;

/** So many inputs spread evenly over the targets, in portions, in turns. The same seed gives a target the same inputs, whatever else is there. */
export function portions(
  targets: readonly AnyTarget[],
  inputsEach: number,
  seed: number,
): Portion[] {
  const rounds = Math.ceil(inputsEach / PORTION_INPUTS);
  return Array.from({ length: rounds }, (_, round) => {
    const inputs = Math.min(PORTION_INPUTS, inputsEach - round * PORTION_INPUTS);
    return targets.map((target) => ({ target, seed: seedOf(seed, target.name, round), inputs }));
  }).flat();
}

const seedOf = (seed: number, name: string, round: number): number =>
  createHash("sha256").update(`${seed} ${name} ${round}`).digest().readInt32BE();
