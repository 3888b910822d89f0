/** The provider has too many calls waiting already; this one was not made. */
export class TooManyCallsError extends Error {
  override readonly name = "TooManyCallsError";
}

/** Bounds how many calls are under way and how many wait for their turn, first come, first served. */
export class CallSlots {
  readonly #maxWaiting: number;
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(slots: number, maxWaiting: number) {
    this.#free = slots;
    this.#maxWaiting = maxWaiting;
  }

  /** Runs the call in a slot. One whose signal aborts while it waits is not made. */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn();
    try {
      signal.throwIfAborted();
      return await call();
    } finally {
      this.#release();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new TooManyCallsError(`${this.#maxWaiting} calls wait already`);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the slot over, so that nobody can overtake those who wait. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
