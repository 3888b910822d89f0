import { backoff, type Logger, sleep } from "@waybill/chassis";
import type { StreamSpec } from "@waybill/contracts/events";
import type { Connection } from "./connection.ts";
import type { Journal } from "./journal.ts";
import { mismatchOf } from "./restoreEpoch.ts";
import type { StreamKeeper } from "./streams.ts";

export interface StreamCheckOptions {
  readonly stream: StreamSpec;
  readonly journal: Journal<unknown>;
  readonly streams: StreamKeeper;
  readonly connection: Connection;
  readonly logger: Logger;
  readonly restoreEpoch: bigint;
  /** Resolves when all marks of acknowledged messages are in the journal. */
  readonly marked: () => Promise<void>;
}

const retry = { firstMs: 100, capMs: 2_000 };
/** Replicas that notice the same loss at the same time give way to each other so often. */
const maxRounds = 5;

/**
 * Knows whether the stream still has what the journal says was published. Nothing is published
 * before that is known, since new messages would take the sequences of lost ones and hide the loss.
 */
export class StreamCheck implements AsyncDisposable {
  readonly #options: StreamCheckOptions;
  readonly #stopping = new AbortController();
  readonly #forget: () => void;
  #epoch: bigint | undefined;
  #doubts = 0;
  #checking: Promise<void> | undefined;

  constructor(options: StreamCheckOptions) {
    this.#options = options;
    this.#forget = options.connection.onChange(() => this.doubt());
    this.doubt();
  }

  /** The journal's epoch in which publishing is safe; undefined while that is not known. */
  get epoch(): bigint | undefined {
    return this.#epoch;
  }

  /** Something has happened: nothing is published until the stream was looked at again. */
  doubt(): void {
    this.#epoch = undefined;
    this.#doubts += 1;
    this.#checking ??= this.#untilChecked().finally(() => {
      this.#checking = undefined;
    });
  }

  async #untilChecked(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted && this.#epoch === undefined; attempt += 1) {
      if (this.#options.connection.connected) {
        await this.check().catch((error: unknown) => this.#complain(error, attempt));
      }
      if (this.#epoch === undefined) {
        await sleep(backoff(attempt, retry), signal).catch(() => {}); // Being stopped.
      }
    }
  }

  #complain(error: unknown, attempt: number): void {
    if (attempt > 0 || this.#stopping.signal.aborted) return; // Told once, not at every attempt.
    const { logger, stream } = this.#options;
    logger.warn({ stream: stream.name, error }, "the stream cannot be checked yet, trying on");
  }

  /** Looks at the stream now, and makes the journal publish again what it has lost. */
  async check(): Promise<void> {
    try {
      await this.#compare();
    } catch (error) {
      if (this.#epoch === undefined) this.doubt(); // Whoever asked may not ask again.
      throw error;
    }
  }

  async #compare(): Promise<void> {
    const { stream, streams, journal, marked } = this.#options;
    for (let round = 0; round < maxRounds; round += 1) {
      const doubts = this.#doubts;
      await marked();
      // The position first: marks that are made meanwhile must not look like lost messages.
      const from = await journal.position();
      const state = await streams.state(stream);
      if (state === undefined) throw new Error(`stream ${stream.name} does not exist`);
      const mismatch = mismatchOf(stream, state.restoreEpoch, this.#options.restoreEpoch);
      if (mismatch !== undefined) {
        this.#epoch = undefined;
        throw new Error(mismatch);
      }
      const same = from.created?.getTime() === state.created.getTime();
      if (same && state.lastSequence >= from.sequence) {
        if (doubts === this.#doubts) this.#epoch = from.epoch;
        return;
      }
      this.#epoch = undefined;
      await this.#rewind(from, same ? state : { ...state, lastSequence: 0n });
    }
    throw new Error(`the journal of ${stream.name} is being rewound by others`);
  }

  async #rewind(
    from: Awaited<ReturnType<Journal<unknown>["position"]>>,
    { created, lastSequence }: { readonly created: Date; readonly lastSequence: bigint },
  ): Promise<void> {
    const { stream, journal, logger } = this.#options;
    const since = new Date(Date.now() - stream.maxAgeMs);
    const events = await journal.rewind(from, { created, sequence: lastSequence }, since);
    if (events === undefined || from.created === undefined) return;
    logger.warn(
      { stream: stream.name, events, created, published: from.sequence, kept: lastSequence },
      "the stream has lost events, they are published again",
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#forget();
    this.#stopping.abort();
    await this.#checking;
  }
}
