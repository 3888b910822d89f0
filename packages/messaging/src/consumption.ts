import { observeQueue, recordBatch, recordBatchDuration } from "@waybill/batching";
import { backoff, sleep } from "@waybill/chassis";
import type { Msg } from "nats";
import { handleBatch } from "./batchHandling.ts";
import type { Connection } from "./connection.ts";
import type { ConsumerSettings, Consumption } from "./consumer.ts";
import type { DeadLetterWriter } from "./deadLetterWriter.ts";
import {
  acknowledge,
  type Delivery,
  deliveryOf,
  putBack,
  stillWorking,
  terminate,
} from "./delivery.ts";
import { type DurableIdentity, ensureDurable } from "./durable.ts";
import { recordDelay } from "./messagingMetrics.ts";
import { again, type Outcome } from "./outcome.ts";
import { OwnFailures } from "./ownFailures.ts";
import { Pull } from "./pull.ts";

/** How long what could not be recorded waits before it is tried again. */
const pause = { firstMs: 100, capMs: 5_000 };
/** How long disposal lets batches in flight finish before their signal aborts. Unit: ms. */
const graceMs = 5_000;
/** How long they have to heed the signal. Unit: ms. */
const heedMs = 2_000;

/** Takes messages as they come; all that have come while a lane was busy are its next batch. */
export class RunningConsumption<E> implements Consumption {
  readonly #connection: Connection;
  readonly #settings: ConsumerSettings<E>;
  readonly #deadLetters: DeadLetterWriter;
  readonly #pull: Pull;
  readonly #toucher: NodeJS.Timeout;
  readonly #forget: () => void;
  readonly #stopping = new AbortController();
  readonly #abandoning = new AbortController();
  readonly #lanes = new Set<Promise<void>>();
  #ownFailures = new OwnFailures();
  /** Waiting for a lane or in one, by sequence. */
  readonly #held = new Map<bigint, Delivery>();
  #waiting: Delivery[] = [];
  #identity: DurableIdentity | undefined;
  #awakening = false;
  #gathering: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(
    connection: Connection,
    settings: ConsumerSettings<E>,
    deadLetters: DeadLetterWriter,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#deadLetters = deadLetters;
    const { lanes, maxBatch, ackWaitMs, logger, heartbeatMs } = settings;
    this.#pull = new Pull({
      connection,
      logger,
      heartbeatMs,
      capacity: (lanes + 1) * maxBatch, // While the lanes are busy, the next batch gathers.
      prepare: () => this.#prepare(),
      onMessage: (message) => this.#receive(message),
    });
    this.#toucher = setInterval(() => this.#touch(), ackWaitMs / 6).unref();
    this.#forget = observeQueue(this);
  }

  get durable(): string {
    return this.#settings.durable;
  }

  get held(): number {
    return this.#held.size;
  }

  /** The batching point that it is among metrics. */
  get name(): string {
    return `consume ${this.durable}`;
  }

  /** How many messages have no lane yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async #prepare() {
    const { stream, durable, logger } = this.#settings;
    const identity = await ensureDurable(this.#connection, this.#settings);
    if (this.#identity !== undefined && this.#identity.consumer !== identity.consumer) {
      logger.warn({ durable, stream: stream.name }, "the durable was lost and is created anew");
      this.#forgetHeld();
    }
    this.#identity = identity;
    return { stream: stream.name, consumer: durable };
  }

  /**
   * What the lost durable delivered comes again. What is in a lane is still handled but not
   * acknowledged: in a stream that was created anew its sequence belongs to another message.
   */
  #forgetHeld(): void {
    this.#pull.release(this.#waiting.length);
    this.#waiting = [];
    this.#held.clear();
    this.#ownFailures = new OwnFailures(); // Not cleared: what is in a lane counts on, in the old ones.
  }

  #receive(message: Msg): void {
    const delivery = deliveryOf(message);
    if (this.#held.has(delivery.sequence)) {
      this.#pull.release(1); // Delivered again while in hand; settling it once is enough.
      return;
    }
    this.#held.set(delivery.sequence, delivery);
    this.#waiting.push(delivery);
    this.#awaken();
  }

  /** Starts a lane once all that the socket has brought is here, or enough has gathered. */
  #awaken(): void {
    if (this.#stopping.signal.aborted) return; // What still comes is put back.
    if (this.#awakening || this.#lanes.size >= this.#settings.lanes) return;
    if (!this.#isWorthIt) {
      this.#gathering ??= setTimeout(() => this.#startLane(), this.#settings.gatherMs);
      return;
    }
    this.#awakening = true;
    setImmediate(() => {
      this.#awakening = false;
      this.#startLane();
    });
  }

  #startLane(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#waiting.length === 0 || this.#stopping.signal.aborted) return;
    // A full batch and the end of the gathering may both have called; the lane goes on by itself.
    if (this.#lanes.size >= this.#settings.lanes) return;
    const lane = this.#runLane().finally(() => {
      this.#lanes.delete(lane);
      if (this.#waiting.length > 0) this.#awaken();
    });
    this.#lanes.add(lane);
    if (this.#waiting.length > 0) this.#awaken();
  }

  /** Whether what waits makes a batch without waiting for more. */
  get #isWorthIt(): boolean {
    const { gatherMs, maxBatch } = this.#settings;
    return gatherMs === 0 || this.#waiting.length >= maxBatch;
  }

  async #runLane(): Promise<void> {
    for (
      let isFirst = true;
      this.#waiting.length > 0 && !this.#stopping.signal.aborted && (isFirst || this.#isWorthIt);
      isFirst = false
    ) {
      const batch = this.#waiting.splice(0, this.#settings.maxBatch);
      batch.sort((a, b) => (a.sequence < b.sequence ? -1 : 1)); // Redelivered ones come late.
      await this.#settle(batch, await this.#handle(batch));
    }
  }

  async #handle(batch: readonly Delivery[]): Promise<readonly Outcome[]> {
    const done = this.#measure(batch);
    try {
      return await handleBatch(
        batch,
        this.#settings,
        this.#deadLetters,
        this.#ownFailures,
        this.#abandoning.signal,
      );
    } catch (error) {
      this.#settings.logger.error({ error }, "a batch broke off, it is delivered again");
      return batch.map(() => again);
    } finally {
      done();
    }
  }

  /** Tells of a batch that begins; the answer, of its end. */
  #measure(batch: readonly Delivery[]): () => void {
    const { stream, durable } = this.#settings;
    const begun = performance.now();
    const came = Math.min(...batch.map(({ touchedAt }) => touchedAt)); // Until then it was on its way.
    recordBatch(this.name, batch.length, begun - came);
    recordDelay(stream.name, durable, batch[0]?.storedAtNs ?? "0");
    return () => recordBatchDuration(this.name, performance.now() - begun);
  }

  async #settle(batch: readonly Delivery[], outcomes: readonly Outcome[]): Promise<void> {
    const failed: Delivery[] = [];
    batch.forEach((delivery, index) => {
      const kind = outcomes[index]?.kind ?? "again";
      if (kind === "again") failed.push(delivery);
      else if (kind === "done") this.#letGo(delivery, acknowledge);
      else this.#letGo(delivery, terminate);
    });
    this.#pull.release(batch.length - failed.length);
    if (failed.length < batch.length) this.#failures = 0;
    if (failed.length === 0) return;
    // They wait here, not at the server, where what waits counts as unacknowledged.
    const attempt = failed.length < batch.length ? leastDeliveries(failed) : this.#failures++;
    const waited = sleep(backoff(attempt, pause), this.#stopping.signal).catch(() => {});
    const returned = waited.then(() => {
      for (const delivery of failed) this.#letGo(delivery, putBack);
      this.#pull.release(failed.length);
    });
    // When nothing can be recorded, neither could the next batch: the lane waits too.
    if (failed.length === batch.length) await returned;
  }

  /** Tells the server, unless the delivery belongs to a durable that is no more. */
  #letGo(delivery: Delivery, tell: (delivery: Delivery) => unknown): void {
    if (this.#held.get(delivery.sequence) !== delivery) return;
    this.#held.delete(delivery.sequence);
    if (this.#connection.connected) tell(delivery); // If not, it comes again, which is harmless.
  }

  /** Keeps the server from delivering again what is still in hand. */
  #touch(): void {
    if (!this.#connection.connected) return;
    const before = performance.now() - this.#settings.ackWaitMs / 3;
    for (const delivery of this.#held.values()) {
      if (delivery.touchedAt <= before) stillWorking(delivery);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#gathering);
    await this.#pull[Symbol.asyncDispose]();
    for (const delivery of this.#waiting.splice(0)) this.#letGo(delivery, putBack);
    const grace = setTimeout(() => this.#abandoning.abort(), graceMs);
    const patience = new AbortController();
    const enough = sleep(graceMs + heedMs, patience.signal).catch(() => {}); // Not needed any more.
    await Promise.race([Promise.all(this.#lanes), enough]);
    patience.abort();
    clearTimeout(grace);
    clearInterval(this.#toucher);
    this.#forget();
  }
}

const leastDeliveries = (deliveries: readonly Delivery[]): number =>
  Math.min(...deliveries.map((delivery) => delivery.deliveries)) - 1;
