import type { Logger } from "@waybill/chassis";
import type { StreamSpec } from "@waybill/contracts/events";
import type { Outcome } from "./outcome.ts";
import type { Received } from "./received.ts";

/** How one service consumes a stream: all replicas with the same durable share the messages. */
export interface BatchConsumer<E> {
  /** Names what has been read. Renaming it reads the whole stream again. */
  readonly durable: string;
  readonly stream: StreamSpec;
  /** Filters, for example `orders.v1.placed.*`; they must not overlap. */
  readonly subjects: readonly string[];
  /** Throws when the bytes are no such event; the message then ends in DEAD_LETTERS. */
  readonly decode: (bytes: Uint8Array) => E;
  /**
   * Handles events in stream order and answers one outcome for each, in the same order, after what
   * it did is committed. The same event may come several times, also within one batch. A throw is
   * transient (all come again after a pause) or unexpected (the batch is narrowed down by halves).
   * The signal aborts when the process can wait no longer.
   */
  readonly handle: (
    events: readonly Received<E>[],
    signal: AbortSignal,
  ) => Promise<readonly Outcome[]>;
  /** The most events that one batch has. Default 256. */
  readonly maxBatch?: number;
  /** How many batches are handled at once. Default 1. Events of one key may be in two of them. */
  readonly lanes?: number;
  /** How long a batch that is not full waits for more: for consumers whose work nobody waits for. Unit: ms. Default 0. */
  readonly gatherMs?: number;
  /** Whether a throw says nothing about the events. Default: see `isTransientFailure`. */
  readonly isTransient?: (error: unknown) => boolean;
  /** After this long without a word, the server delivers a message again. Unit: ms. Default 30 s. */
  readonly ackWaitMs?: number;
  /** An event whose handling throws is given up when it has failed alone so often in one process. Default 3. */
  readonly attempts?: number;
  /** How often the server gives a sign of life. Unit: ms. Default 5 s. */
  readonly heartbeatMs?: number;
}

/** A consumer at work. Disposal stops taking messages, finishes what is in flight, returns the rest. */
export interface Consumption extends AsyncDisposable {
  readonly durable: string;
  /** Messages that have come and are not settled. */
  readonly held: number;
}

/** The settings of a consumer with the defaults filled in. */
export type ConsumerSettings<E> = Required<BatchConsumer<E>> & {
  readonly logger: Logger;
  /** Messages of an earlier one are given up. */
  readonly restoreEpoch: bigint;
};
