import type { Outcome } from "../judge/outcome.ts";

/** How the inputs of one target were answered. */
export interface Counts {
  readonly inputs: number;
  readonly undecodable: number;
  /** How often an answer that may pass was asked for again. */
  readonly repeated: number;
  /** How often by which answer. */
  readonly answers: Readonly<Record<string, number>>;
}

type Counting = { -readonly [Name in keyof Counts]: Counts[Name] } & {
  readonly answers: Record<string, number>;
};

/** Counts outcomes by target. */
export class Tally {
  readonly #counts = new Map<string, Counting>();
  #inputs = 0;

  /** Of all targets. */
  get inputs(): number {
    return this.#inputs;
  }

  add(target: string, { answer, isUndecodable }: Outcome): void {
    const counts = this.#of(target);
    this.#inputs += 1;
    counts.inputs += 1;
    if (isUndecodable) counts.undecodable += 1;
    counts.answers[answer] = (counts.answers[answer] ?? 0) + 1;
  }

  repeated(target: string): void {
    this.#of(target).repeated += 1;
  }

  of(target: string): Counts {
    return this.#of(target);
  }

  #of(target: string): Counting {
    const counts = this.#counts.get(target) ?? newCounts();
    this.#counts.set(target, counts);
    return counts;
  }
}

const newCounts = (): Counting => ({ inputs: 0, undecodable: 0, repeated: 0, answers: {} });
