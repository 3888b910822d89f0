import type { StreamSpec } from "@waybill/contracts/events";
import { AckPolicy, DeliverPolicy, type Msg, nanos } from "nats";
import type { Connection } from "./connection.ts";
import { deliveryOf } from "./delivery.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";
import { decodePosition, encodePosition, type Position, PositionGoneError } from "./position.ts";
import { Pull } from "./pull.ts";
import { headerReader } from "./rawHeaders.ts";
import type { StreamKeeper, StreamState } from "./streams.ts";

export interface ReadOptions<E> {
  readonly stream: StreamSpec;
  /** Filters; they must not overlap. */
  readonly subjects: readonly string[];
  readonly decode: (bytes: Uint8Array) => E;
  /** Begins after this position. Default: with the next message that is published. */
  readonly after?: string;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** How often the server gives a sign of life. Unit: ms. Default 5 s. */
  readonly heartbeatMs?: number;
}

/** A message of a stream and the position after it. */
export interface Read<E> extends Envelope {
  readonly event: E;
  readonly subject: string;
  readonly sequence: bigint;
  /** To be given as `after` to go on behind this message. */
  readonly position: string;
}

/** How many messages are fetched ahead of a slow reader. */
const readAhead = 256;
/** The server forgets a reader that has been silent for so long. Unit: ms. */
const inactiveMs = 60_000;

/**
 * Reads a stream from a position on and goes on with what is published, until the signal aborts.
 * Each message once, in order, across lost connections. Messages that cannot be decoded are left
 * out. The same event may be in the stream several times (see `publication`).
 * Throws PositionGoneError when messages after the position are gone or the stream is another one.
 */
export async function* readStream<E>(
  options: ReadOptions<E>,
  connection: Connection,
  streams: StreamKeeper,
): AsyncGenerator<Read<E>> {
  const { after, signal, stream } = options;
  const start = after === undefined ? await endOf(streams, stream) : decodePosition(after);
  await using reader = new Reader(options, connection, streams, start);
  const end = () => reader.end();
  signal.addEventListener("abort", end, { once: true });
  try {
    if (!signal.aborted) yield* reader.messages();
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** The position after the last message. Throws when the stream does not exist. */
export async function endOf(streams: StreamKeeper, spec: StreamSpec): Promise<Position> {
  const { created, lastSequence } = await streams.existing(spec);
  return { created, sequence: lastSequence };
}

class Reader<E> implements AsyncDisposable {
  readonly #options: ReadOptions<E>;
  readonly #connection: Connection;
  readonly #streams: StreamKeeper;
  readonly #pull: Pull;
  readonly #fetched: Msg[] = [];
  #position: Position;
  /** What has come, which is ahead of what was read. */
  #arrived: bigint;
  #consumerSequence = 0n;
  #consumer: string | undefined;
  #failure: unknown;
  #ended = false;
  #wake: () => void = () => {};

  constructor(
    options: ReadOptions<E>,
    connection: Connection,
    streams: StreamKeeper,
    start: Position,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#streams = streams;
    this.#position = start;
    this.#arrived = start.sequence;
    this.#pull = new Pull({
      connection,
      logger: connection.logger,
      capacity: readAhead,
      ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
      prepare: () => this.#prepare(),
      onMessage: (message) => this.#receive(message),
    });
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *messages(): AsyncGenerator<Read<E>> {
    while (!this.#ended) {
      if (this.#failure !== undefined) throw this.#failure;
      const message = this.#fetched.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const read = this.#read(message);
      this.#pull.release(1);
      if (read !== undefined) yield read;
    }
  }

  #read(message: Msg): Read<E> | undefined {
    const { sequence } = deliveryOf(message);
    this.#position = { ...this.#position, sequence };
    const position = encodePosition(this.#position);
    const envelope = envelopeOf(headerReader(message));
    const { subject } = message;
    try {
      return {
        ...envelope,
        event: this.#options.decode(message.data),
        subject,
        sequence,
        position,
      };
    } catch (error) {
      const { logger } = this.#connection;
      logger.warn({ subject, sequence: String(sequence), error }, "left out: cannot be decoded");
      return undefined;
    }
  }

  #receive(message: Msg): void {
    const { sequence, consumerSequence } = deliveryOf(message);
    if (consumerSequence !== this.#consumerSequence + 1n) {
      this.#pull.release(1);
      this.#pull.restart("a message was lost on the way");
      return;
    }
    this.#consumerSequence = consumerSequence;
    this.#arrived = sequence;
    this.#fetched.push(message);
    this.#wake();
  }

  /** A consumer of the server's memory that begins after what has arrived. */
  async #prepare() {
    const { stream, subjects } = this.#options;
    this.#verify(await this.#streams.existing(stream));
    const { name } = await this.#connection.manager.consumers.add(stream.name, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Number(this.#arrived + 1n),
      ack_policy: AckPolicy.None,
      max_deliver: 1,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(inactiveMs),
      filter_subjects: [...subjects],
    });
    this.#consumerSequence = 0n;
    this.#consumer = name;
    return { stream: stream.name, consumer: name };
  }

  #verify({ created, firstSequence, lastSequence }: StreamState): void {
    const sameStream = created.getTime() === this.#position.created.getTime();
    const next = this.#arrived + 1n;
    if (sameStream && next >= firstSequence && this.#arrived <= lastSequence) return;
    this.#failure = new PositionGoneError(
      `the position in ${this.#options.stream.name} is gone, the stream has other messages now`,
    );
    this.#wake();
    throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pull[Symbol.asyncDispose]();
    if (this.#consumer === undefined || !this.#connection.connected) return;
    const { consumers } = this.#connection.manager;
    // If this fails, the server forgets it by itself.
    void consumers.delete(this.#options.stream.name, this.#consumer).catch(() => {});
  }
}
