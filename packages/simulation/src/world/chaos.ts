import type { Random } from "../engine/random.ts";

/** How badly this schedule goes. Probabilities of one step each. */
export interface Weather {
  readonly lostMessages: number;
  readonly doubledMessages: number;
  /** Messages and statements that take long. */
  readonly slow: number;
  readonly brokenStatements: number;
  /** Commits that are followed by a crash or a stop. */
  readonly strikes: number;
}

const calm: Weather = {
  lostMessages: 0,
  doubledMessages: 0,
  slow: 0,
  brokenStatements: 0,
  strikes: 0,
};

/** How long what is slow takes at most. Unit: ms. */
const slowMs = 5_000;

/** Draws what goes wrong, until everything is healed. */
export class Chaos {
  readonly #random: Random;
  #weather: Weather;

  constructor(random: Random) {
    this.#random = random;
    this.#weather = random.chance(0.1)
      ? calm
      : {
          lostMessages: random.pick([0, 0.02, 0.1]),
          doubledMessages: random.pick([0, 0.05, 0.3]),
          slow: random.pick([0, 0.01, 0.06]),
          brokenStatements: random.pick([0, 0.005, 0.03]),
          strikes: random.pick([0, 0, 0.05]),
        };
  }

  heal(): void {
    this.#weather = calm;
  }

  losesMessage(): boolean {
    return this.#random.chance(this.#weather.lostMessages);
  }

  doublesMessage(): boolean {
    return this.#random.chance(this.#weather.doubledMessages);
  }

  /** When the copies of a message arrive: usually one, of two sometimes both at once. Unit: ms. */
  arrivals(): readonly number[] {
    const first = this.messageMs();
    if (!this.doublesMessage()) return this.losesMessage() ? [] : [first];
    return [first, this.#random.chance(0.5) ? first : this.messageMs()];
  }

  breaksStatement(): boolean {
    return this.#random.chance(this.#weather.brokenStatements);
  }

  strikesAtCommit(): boolean {
    return this.#random.chance(this.#weather.strikes);
  }

  /** How long a message is on its way. Unit: ms. */
  messageMs(): number {
    const isSlow = this.#random.chance(this.#weather.slow);
    return this.#random.between(0.5, isSlow ? slowMs : 30);
  }

  /** How long a statement takes. Unit: ms. */
  statementMs(): number {
    const isSlow = this.#random.chance(this.#weather.slow / 4);
    return this.#random.between(0.1, isSlow ? slowMs : 3);
  }
}
