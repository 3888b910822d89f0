import { type Logger, sleep } from "@waybill/chassis";
import type { Connection } from "./connection.ts";
import { headersOf, messageId, type OutgoingEvent } from "./envelope.ts";
import type { Published } from "./journal.ts";
import { PublishError, type Publisher } from "./publisher.ts";
import type { Relay, RelayOptions } from "./relay.ts";
import { StreamCheck } from "./streamCheck.ts";
import type { StreamKeeper } from "./streams.ts";

export interface RelayParts {
  readonly connection: Connection;
  readonly publisher: Publisher;
  readonly streams: StreamKeeper;
  readonly logger: Logger;
}

/** A row on its way. */
interface Flight<Row> {
  readonly row: Row;
  readonly event: OutgoingEvent;
  readonly epoch: bigint;
  /** Called with whether it is published and marked. */
  readonly landed: ((published: boolean) => void) | undefined;
}

type Acknowledged<Row> = Flight<Row> & Published<Row>;

/** What is queued beyond this is left to the sweeper. Unit: rows. */
const maxQueued = 4_096;
const sweepLimit = 1_000;
const defaultMs = 1_000;
const defaultInFlight = 256;
/** How long disposal waits for acknowledgements; what has none is swept later. Unit: ms. */
const landWithinMs = 2_000;

export class RunningRelay<Row> implements Relay<Row> {
  readonly #options: RelayOptions<Row>;
  readonly #parts: RelayParts;
  readonly #check: StreamCheck;
  readonly #stopping = new AbortController();
  readonly #sweeping: Promise<void>;
  /** Ids of events that are on their way here; they are not sent a second time. */
  readonly #mine = new Set<string>();
  readonly #queue: Flight<Row>[] = [];
  #acknowledged: Acknowledged<Row>[] = [];
  #marking: Promise<void> | undefined;
  #inAir = 0;
  #complained = false;

  constructor(options: RelayOptions<Row>, parts: RelayParts) {
    this.#options = options;
    this.#parts = parts;
    const { stream, journal } = options;
    const marked = async () => {
      while (this.#marking !== undefined) await this.#marking;
    };
    this.#check = new StreamCheck({ ...parts, stream, journal, marked });
    this.#sweeping = this.#sweepWhenElected();
  }

  get inFlight(): number {
    return this.#mine.size;
  }

  publish(rows: readonly Row[]): void {
    const { epoch } = this.#check;
    if (epoch === undefined || this.#stopping.signal.aborted) return;
    for (const row of rows) this.#take(row, epoch);
  }

  #take(row: Row, epoch: bigint, landed?: (published: boolean) => void): boolean {
    const event = this.#eventOf(row);
    if (event === undefined) return false;
    if (this.#mine.has(event.id) || this.#mine.size >= maxQueued) return false;
    this.#mine.add(event.id);
    this.#queue.push({ row, event, epoch, landed });
    this.#launch();
    return true;
  }

  #eventOf(row: Row): OutgoingEvent | undefined {
    try {
      return this.#options.toEvent(row);
    } catch (error) {
      this.#complain(error, "an event cannot be made of a row");
      return undefined;
    }
  }

  #launch(): void {
    const { maxInFlight = defaultInFlight } = this.#options;
    while (this.#inAir < maxInFlight) {
      const flight = this.#queue.shift();
      if (flight === undefined) return;
      this.#inAir += 1;
      void this.#fly(flight).finally(() => {
        this.#inAir -= 1;
        this.#launch();
      });
    }
  }

  /** Never throws. */
  async #fly(flight: Flight<Row>): Promise<void> {
    const { event, row } = flight;
    try {
      // What was queued before the stream came into doubt is left to the sweeper.
      if (flight.epoch !== this.#check.epoch) return this.#land(flight, false);
      const { publisher } = this.#parts;
      const receipt = await publisher.publish(event.subject, headersOf(event), event.data);
      if (receipt.duplicate && !(await this.#kept(event, receipt.sequence))) {
        await this.#options.journal.publishAgain([row]);
        return this.#land(flight, false);
      }
      this.#complained = false;
      this.#acknowledged.push({ ...flight, sequence: receipt.sequence });
      this.#marking ??= this.#markAll();
    } catch (error) {
      if (error instanceof PublishError && error.noStream) this.#check.doubt();
      this.#complain(error, "an event cannot be published now, it is swept later");
      this.#land(flight, false);
    }
  }

  /** A message id is remembered for a while even when its message was deleted. */
  #kept(event: OutgoingEvent, sequence: bigint): Promise<boolean> {
    return this.#parts.streams.has(this.#options.stream, sequence, messageId(event));
  }

  /** Marks what was acknowledged; what is acknowledged meanwhile is the next batch. Never throws. */
  async #markAll(): Promise<void> {
    while (this.#acknowledged.length > 0) {
      const all = this.#acknowledged;
      this.#acknowledged = [];
      for (const [epoch, batch] of Map.groupBy(all, (one) => one.epoch)) {
        const marked = await this.#mark(batch, epoch);
        for (const one of batch) this.#land(one, marked);
      }
    }
    this.#marking = undefined;
  }

  async #mark(batch: readonly Acknowledged<Row>[], epoch: bigint): Promise<boolean> {
    try {
      const marked = await this.#options.journal.markPublished(batch, epoch);
      if (!marked && this.#check.epoch === epoch) this.#check.doubt();
      return marked;
    } catch (error) {
      this.#complain(error, "published events cannot be marked now, they are swept later");
      return false;
    }
  }

  #land({ event, landed }: Flight<Row>, published: boolean): void {
    this.#mine.delete(event.id);
    landed?.(published);
  }

  async #sweepWhenElected(): Promise<void> {
    const { db, stream, sweepMs = defaultMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await db.whileLeader(`relay ${stream.name}`, signal, (leading) =>
          this.#sweepWhile(leading, sweepMs),
        );
      } catch (error) {
        if (!signal.aborted) this.#complain(error, "the relay cannot sweep now, trying on");
      }
      await sleep(sweepMs, signal).catch(() => {}); // Being stopped.
    }
  }

  async #sweepWhile(leading: AbortSignal, sweepMs: number): Promise<void> {
    while (!leading.aborted) {
      let again = false;
      try {
        again = await this.#sweep();
      } catch (error) {
        this.#complain(error, "the relay cannot sweep now, trying on");
      }
      if (!again) await sleep(sweepMs, leading).catch(() => {}); // Not elected any more.
    }
  }

  /** Answers whether there is more to sweep. */
  async #sweep(): Promise<boolean> {
    if (!this.#parts.connection.connected) return false;
    await this.#check.check();
    const { epoch } = this.#check;
    if (epoch === undefined) return false;
    const { journal, sweepOlderThanMs = defaultMs } = this.#options;
    const rows = await journal.unpublished(sweepOlderThanMs, sweepLimit);
    const landings = rows.map(
      (row) =>
        new Promise<boolean>((landed) => {
          if (!this.#take(row, epoch, landed)) landed(false);
        }),
    );
    const published = (await Promise.all(landings)).filter((landed) => landed).length;
    if (published === rows.length) this.#complained = false;
    return rows.length === sweepLimit && published > 0;
  }

  #complain(error: unknown, what: string): void {
    if (this.#complained) return; // Told once until it works again.
    this.#complained = true;
    this.#parts.logger.warn({ stream: this.#options.stream.name, error }, what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const deadline = Date.now() + landWithinMs;
    while (this.#mine.size > 0 && Date.now() < deadline) await sleep(10);
    await this.#marking;
    await this.#check[Symbol.asyncDispose]();
    await this.#sweeping;
  }
}
