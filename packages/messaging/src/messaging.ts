import type { Logger } from "@waybill/chassis";
import type { StreamSpec } from "@waybill/contracts/events";
import { type Connection, type ConnectionOptions, openConnection } from "./connection.ts";
import type { BatchConsumer, ConsumerSettings, Consumption } from "./consumer.ts";
import { type ConsumerState, durablesOf, slowestBehind } from "./consumerList.ts";
import { RunningConsumption } from "./consumption.ts";
import { type DeadLetters, deadLettersOn } from "./deadLetters.ts";
import { DeadLetterWriter } from "./deadLetterWriter.ts";
import { headersOf, type OutgoingEvent } from "./envelope.ts";
import { type ObservedConsumer, type ObservedRelay, observeMessaging } from "./messagingGauges.ts";
import { isTransientFailure } from "./narrowing.ts";
import { encodePosition } from "./position.ts";
import { Publisher, type Receipt } from "./publisher.ts";
import { endOf, type Read, type ReadOptions, readStream } from "./reader.ts";
import type { Relay, RelayOptions } from "./relay.ts";
import { RunningRelay } from "./runningRelay.ts";
import { StreamKeeper, type StreamState } from "./streams.ts";

export interface MessagingOptions extends ConnectionOptions {
  /** How many servers keep each stream. Default 1; 3 in a cluster. */
  readonly streamReplicas?: number;
  /** When this process's database was last restored, as the database says: what is older is neither published to nor consumed. Default 0: never. */
  readonly restoreEpoch?: bigint;
}

/** A process's connection to JetStream. Disposal ends what was begun with it, then the connection. */
export interface Messaging extends AsyncDisposable {
  readonly connected: boolean;
  /** For the stream's owner only: creates or updates it now, and again whenever it is lost. */
  ensureStream(spec: StreamSpec): Promise<void>;
  /** Undefined when the stream does not exist. */
  streamState(spec: StreamSpec): Promise<StreamState | undefined>;
  /** Begins at once; waits by itself for the stream, for NATS, and after whatever interrupts it. */
  consume<E>(consumer: BatchConsumer<E>): Consumption;
  relay<Row>(options: RelayOptions<Row>): Relay<Row>;
  /** Publishes one event past any journal. Throws PublishError when it is not acknowledged. */
  publish(event: OutgoingEvent): Promise<Receipt>;
  /** Messages from a position on, then as they come: see `readStream` in the README. */
  readStream<E>(options: ReadOptions<E>): AsyncGenerator<Read<E>>;
  /** The position after the stream's last message. Throws when the stream does not exist. */
  endPosition(spec: StreamSpec): Promise<string>;
  /** The durable consumers of a stream, of all services. */
  consumers(spec: StreamSpec): Promise<ConsumerState[]>;
  readonly deadLetters: DeadLetters;
}

/** Connects to NATS, waiting for it up to 30 s; from then on it reconnects for ever. */
export async function connectMessaging(options: MessagingOptions): Promise<Messaging> {
  const connection = await openConnection(options);
  return messagingOver(connection, options);
}

function messagingOver(connection: Connection, options: MessagingOptions): Messaging {
  const { logger, streamReplicas = 1, restoreEpoch = 0n } = options;
  const streams = new StreamKeeper(connection, streamReplicas, restoreEpoch);
  const publisher = new Publisher(connection);
  const deadLetterWriter = new DeadLetterWriter(connection, publisher);
  const closing = new AbortController();
  const consumers: ObservedConsumer[] = [];
  const relays: ObservedRelay[] = [];
  const gauges = observeMessaging(connection, { consumers, relays });
  const begun: AsyncDisposable[] = [];
  const begin = <T extends AsyncDisposable>(one: T): T => {
    begun.push(one);
    return one;
  };
  return {
    get connected() {
      return connection.connected;
    },
    ensureStream: (spec) => streams.ensure(spec),
    streamState: (spec) => streams.state(spec),
    consume: (consumer) => {
      const settings = { ...settingsOf(consumer, logger), restoreEpoch };
      consumers.push({ stream: consumer.stream.name, durable: consumer.durable });
      return begin(new RunningConsumption(connection, settings, deadLetterWriter));
    },
    relay: (relay) => {
      const behind = (spec: StreamSpec) => slowestBehind(connection, spec);
      const parts = { connection, publisher, streams, logger, restoreEpoch, behind };
      const running = begin(new RunningRelay(relay, parts));
      relays.push(running);
      return running;
    },
    publish: (event) =>
      publisher.publish(event.subject, headersOf(event, restoreEpoch), event.data),
    readStream: (read) => {
      const signal = AbortSignal.any([read.signal, closing.signal]);
      return readStream({ ...read, signal }, connection, streams);
    },
    endPosition: async (spec) => encodePosition(await endOf(streams, spec)),
    consumers: (spec) => durablesOf(connection, spec),
    deadLetters: deadLettersOn(connection, publisher),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      gauges[Symbol.dispose]();
      await Promise.all(begun.map((one) => one[Symbol.asyncDispose]()));
      streams[Symbol.dispose]();
      publisher[Symbol.dispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

function settingsOf<E>(
  consumer: BatchConsumer<E>,
  logger: Logger,
): Omit<ConsumerSettings<E>, "restoreEpoch"> {
  return {
    maxBatch: 256,
    lanes: 1,
    gatherMs: 0,
    ackWaitMs: 30_000,
    attempts: 3,
    heartbeatMs: 5_000,
    isTransient: isTransientFailure,
    ...consumer,
    logger: logger.child({ durable: consumer.durable }),
  };
}
