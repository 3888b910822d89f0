import type { Logger } from "@waybill/chassis";
import type { StreamSpec } from "@waybill/contracts/events";
import type { Connection } from "./connection.ts";
import { headersOf, messageId, type OutgoingEvent } from "./envelope.ts";
import type { Flight } from "./flight.ts";
import { Marks } from "./marks.ts";
import { countFailure, countPublished } from "./messagingMetrics.ts";
import { PublishError, type Publisher } from "./publisher.ts";
import type { RelayOptions } from "./relay.ts";
import { StreamCheck } from "./streamCheck.ts";
import type { StreamKeeper } from "./streams.ts";

export interface RelayParts {
  readonly connection: Connection;
  readonly publisher: Publisher;
  readonly streams: StreamKeeper;
  readonly logger: Logger;
  /** Part of what events are called. */
  readonly restoreEpoch: bigint;
  /** How many messages the slowest consumer at work has still to handle. */
  readonly behind: (stream: StreamSpec) => Promise<number>;
}

/** What is queued beyond this is left to the sweeper. Unit: rows. */
const maxQueued = 4_096;
const defaultInFlight = 256;

/** Publishes rows and marks them, a bounded number at once, each event once at a time. */
export class Flights<Row> {
  readonly check: StreamCheck;
  readonly #options: RelayOptions<Row>;
  readonly #parts: RelayParts;
  readonly #marks: Marks<Row>;
  /** Ids of events that are on their way. */
  readonly #ids = new Set<string>();
  readonly #queue: Flight<Row>[] = [];
  #inAir = 0;
  #complained = false;

  constructor(options: RelayOptions<Row>, parts: RelayParts) {
    this.#options = options;
    this.#parts = parts;
    const { stream, journal } = options;
    this.#marks = new Marks<Row>({
      mark: (batch, epoch) => this.#mark(batch, epoch),
      onMarked: (one, marked) => this.#land(one, marked),
      onFailure: (error) => this.complain(error, "published events cannot be marked now"),
    });
    const marked = () => this.#marks.settled();
    this.check = new StreamCheck({ ...parts, stream, journal, marked });
  }

  /** Rows that are queued, wait for their acknowledgement or are being marked. */
  get size(): number {
    return this.#ids.size;
  }

  /** False when the row is on its way already, or is left to the sweeper. Never throws. */
  take(row: Row, epoch: bigint, landed?: (published: boolean) => void): boolean {
    const event = this.#eventOf(row);
    if (event === undefined || this.#ids.has(event.id) || this.#ids.size >= maxQueued) return false;
    this.#ids.add(event.id);
    this.#queue.push({ row, event, epoch, landed });
    this.#launch();
    return true;
  }

  #eventOf(row: Row): OutgoingEvent | undefined {
    try {
      return this.#options.toEvent(row);
    } catch (error) {
      this.complain(error, "an event cannot be made of a row");
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
    // What was queued before the stream came into doubt is left to the sweeper.
    if (flight.epoch !== this.check.epoch) return this.#land(flight, false);
    try {
      const { publisher, restoreEpoch } = this.#parts;
      const headers = headersOf(event, restoreEpoch);
      const receipt = await publisher.publish(event.subject, headers, event.data);
      if (receipt.duplicate && !(await this.#kept(event, receipt.sequence))) {
        await this.#options.journal.publishAgain([row]);
        return this.#land(flight, false);
      }
      this.#complained = false;
      this.#marks.add({ ...flight, sequence: receipt.sequence });
    } catch (error) {
      if (error instanceof PublishError && error.noStream) this.check.doubt();
      countFailure(this.#options.stream.name);
      this.complain(error, "an event cannot be published now, it is swept later");
      this.#land(flight, false);
    }
  }

  /** A message id is remembered for a while even when its message was deleted. */
  #kept(event: OutgoingEvent, sequence: bigint): Promise<boolean> {
    const { streams, restoreEpoch } = this.#parts;
    return streams.has(this.#options.stream, sequence, messageId(event, restoreEpoch));
  }

  async #mark(...[batch, epoch]: Parameters<RelayOptions<Row>["journal"]["markPublished"]>) {
    const marked = await this.#options.journal.markPublished(batch, epoch);
    if (marked) countPublished(this.#options.stream.name, batch.length);
    else if (this.check.epoch === epoch) this.check.doubt(); // Another replica rewound it.
    return marked;
  }

  #land({ event, landed }: Flight<Row>, published: boolean): void {
    this.#ids.delete(event.id);
    landed?.(published);
  }

  /** Told once until something is published again, not for each row. */
  complain(error: unknown, what: string): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#parts.logger.warn({ stream: this.#options.stream.name, error }, what);
  }
}
