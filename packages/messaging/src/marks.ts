import type { Acknowledged } from "./flight.ts";

export interface MarksOptions<Row> {
  /** False when the epoch is over. May throw. */
  readonly mark: (batch: readonly Acknowledged<Row>[], epoch: bigint) => Promise<boolean>;
  readonly onMarked: (one: Acknowledged<Row>, marked: boolean) => void;
  readonly onFailure: (error: unknown) => void;
}

/** From one batch to the next, unless somebody waits: nobody does while all goes well, and large batches cost less. Unit: ms. */
const restMs = 100;

/** Marks what was acknowledged; what is acknowledged during one batch and the rest after it is the next batch. */
export class Marks<Row> {
  readonly #options: MarksOptions<Row>;
  #acknowledged: Acknowledged<Row>[] = [];
  #running = false;
  #added = 0;
  #finished = 0;
  #endRest = () => {};
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  constructor(options: MarksOptions<Row>) {
    this.#options = options;
  }

  add(one: Acknowledged<Row>): void {
    this.#acknowledged.push(one);
    this.#added += 1;
    if (!this.#running) void this.#run();
  }

  /** Resolves when all that was added so far is marked, or has failed to be. */
  settled(): Promise<void> {
    if (this.#finished === this.#added) return Promise.resolve();
    this.#endRest();
    return new Promise((resolve) => this.#waiting.push({ until: this.#added, resolve }));
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#acknowledged.length > 0) {
      const all = this.#acknowledged;
      this.#acknowledged = [];
      for (const [epoch, batch] of Map.groupBy(all, (one) => one.epoch)) {
        const marked = await this.#mark(batch, epoch);
        for (const one of batch) this.#options.onMarked(one, marked);
      }
      this.#finished += all.length;
      this.#waiting = this.#waiting.filter(({ until, resolve }) => {
        if (until <= this.#finished) resolve();
        return until > this.#finished;
      });
      if (this.#waiting.length === 0) await this.#rest();
    }
    this.#running = false;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, restMs);
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #mark(batch: readonly Acknowledged<Row>[], epoch: bigint): Promise<boolean> {
    try {
      return await this.#options.mark(batch, epoch);
    } catch (error) {
      this.#options.onFailure(error);
      return false;
    }
  }
}
