import { backoff, sleep } from "@waybill/chassis";
import type { StreamSpec } from "@waybill/contracts/events";
import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig } from "nats";
import { type Connection, isAway, isNotFound } from "./connection.ts";
import { msgIdHeader } from "./envelope.ts";
import { epochMetadata, epochOfStream, mismatchOf } from "./restoreEpoch.ts";

/** What identifies a stream and how far it has come. */
export interface StreamState {
  /** Another time means another stream under the same name. */
  readonly created: Date;
  readonly firstSequence: bigint;
  /** 0 when it never had a message. It stays when messages are deleted. */
  readonly lastSequence: bigint;
  /** In which restore epoch it was created. */
  readonly restoreEpoch: bigint;
}

/** How long JetStream remembers message ids. Unit: ms. */
const duplicateWindowMs = 120_000;
/** How long to wait for JetStream when a stream is first created. Unit: ms. */
const ensureWithinMs = 30_000;
/** How often an owner looks whether its streams still exist. Unit: ms. */
const lookAfterMs = 5_000;

/** Creates the streams that this process owns, and creates them again when they are lost. */
export class StreamKeeper implements Disposable {
  readonly #connection: Connection;
  readonly #replicas: number;
  readonly #restoreEpoch: bigint;
  readonly #owned = new Map<string, StreamSpec>();
  readonly #forget: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, replicas: number, restoreEpoch: bigint) {
    this.#connection = connection;
    this.#replicas = replicas;
    this.#restoreEpoch = restoreEpoch;
    this.#forget = connection.onChange((connected) => {
      if (connected) void this.#lookAfterAll();
    });
  }

  /**
   * Creates the stream or brings its settings up to date, now and whenever it is lost. One of an earlier restore epoch is deleted first.
   * Throws when it is of a later one.
   */
  async ensure(spec: StreamSpec): Promise<void> {
    await this.#createPatiently(spec);
    this.#owned.set(spec.name, spec);
    this.#timer ??= setInterval(() => void this.#lookAfterAll(), lookAfterMs).unref();
  }

  /** Undefined when the stream does not exist; an owned one is created first. */
  state(spec: StreamSpec): Promise<StreamState | undefined> {
    return this.#connection.whileConnected(() => this.#state(spec));
  }

  /** Throws when the stream does not exist. */
  async existing(spec: StreamSpec): Promise<StreamState> {
    const state = await this.state(spec);
    if (state === undefined) throw missing(spec);
    return state;
  }

  async #state(spec: StreamSpec): Promise<StreamState | undefined> {
    const found = await this.#find(spec.name);
    if (found !== undefined || !this.#owned.has(spec.name)) return found;
    await this.#recreate(spec);
    return this.#find(spec.name);
  }

  /** Whether the stream still has the message at that sequence, and under that message id. */
  async has(spec: StreamSpec, sequence: bigint, messageId: string): Promise<boolean> {
    const { streams } = this.#connection.manager;
    try {
      const message = await streams.getMessage(spec.name, { seq: Number(sequence) });
      return message.header.get(msgIdHeader) === messageId;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #find(name: string): Promise<StreamState | undefined> {
    try {
      const { created, state, config } = await this.#connection.manager.streams.info(name);
      return {
        created: new Date(created),
        restoreEpoch: epochOfStream(config),
        firstSequence: BigInt(state.first_seq),
        lastSequence: BigInt(state.last_seq),
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** A server that has just started takes a while until its streams are there. */
  async #createPatiently(spec: StreamSpec): Promise<void> {
    const deadline = performance.now() + ensureWithinMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#connection.whileConnected(() => this.#createOrUpdate(spec));
      } catch (error) {
        const pauseMs = backoff(attempt, { firstMs: 50, capMs: 1_000 });
        if (!isAway(error) || performance.now() + pauseMs > deadline) throw error;
        await sleep(pauseMs);
      }
    }
  }

  async #createOrUpdate(spec: StreamSpec): Promise<void> {
    const { streams } = this.#connection.manager;
    await this.#deleteOutdated(spec);
    const config = configOf(spec, this.#replicas, this.#restoreEpoch);
    try {
      await streams.add(config);
    } catch (error) {
      if ((await this.#find(spec.name)) === undefined) throw error;
      await streams.update(spec.name, config); // It exists, with other settings.
    }
  }

  /** Two replicas may do so one after the other; what the first has published meanwhile, its journal publishes again. */
  async #deleteOutdated(spec: StreamSpec): Promise<void> {
    const { manager, logger } = this.#connection;
    const found = await this.#find(spec.name);
    const mismatch = found && mismatchOf(spec, found.restoreEpoch, this.#restoreEpoch);
    if (found === undefined || mismatch === undefined) return;
    if (found.restoreEpoch > this.#restoreEpoch) throw new Error(mismatch);
    const about = { stream: spec.name, restoreEpoch: this.#restoreEpoch };
    logger.warn(about, "the stream is from before the restoration, it is deleted");
    await manager.streams.delete(spec.name).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  async #recreate(spec: StreamSpec): Promise<void> {
    await this.#createOrUpdate(spec);
    this.#connection.logger.warn({ stream: spec.name }, "the stream was lost and is created anew");
  }

  async #lookAfterAll(): Promise<void> {
    for (const spec of this.#owned.values()) {
      if (!this.#connection.connected) return; // Looked after as soon as it is restored.
      await this.state(spec).catch((error: unknown) => {
        this.#connection.logger.warn({ stream: spec.name, error }, "cannot look after the stream");
      });
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#forget();
  }
}

/** Only the owner creates a stream; all others wait for it. */
export const missing = ({ name, owner }: StreamSpec): Error =>
  new Error(`stream ${name} does not exist yet; ${owner} creates it`);

const configOf = (
  spec: StreamSpec,
  replicas: number,
  restoreEpoch: bigint,
): Partial<StreamConfig> & { name: string } => ({
  name: spec.name,
  description: `owned by ${spec.owner}`,
  subjects: [...spec.subjects],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  max_age: nanos(spec.maxAgeMs),
  duplicate_window: nanos(duplicateWindowMs),
  num_replicas: replicas,
  ...epochMetadata(spec, restoreEpoch),
});
