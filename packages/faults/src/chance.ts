import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Draws that look random and are the same for the same seed. */
export class Chance {
  readonly #generator;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** In [0, 1). */
  share(): number {
    return uniformFloat64(this.#generator);
  }

  /** A whole number, both ends included. */
  between(min: number, max: number): number {
    return uniformInt(this.#generator, min, max);
  }

  /** One of them; throws when there is none. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("There is nothing to pick from");
    return choices[this.between(0, choices.length - 1)] as T;
  }

  /** Several different ones, in random order. */
  pickSome<T>(choices: readonly T[], count: number): T[] {
    return this.shuffled(choices).slice(0, count);
  }

  /** The same, in random order. */
  shuffled<T>(choices: readonly T[]): T[] {
    const left = [...choices];
    return Array.from({ length: choices.length }, () => {
      const [one] = left.splice(this.between(0, left.length - 1), 1);
      return one as T;
    });
  }
}
