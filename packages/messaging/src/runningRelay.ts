import { sleep } from "@waybill/chassis";
import { Flights, type RelayParts } from "./flights.ts";
import type { Relay, RelayOptions } from "./relay.ts";

/** As many rows as one sweep reads; more are read at once after it. */
const sweepLimit = 1_000;
const defaultMs = 1_000;
/**
 * What a stream has lost comes back so many rows at a time, with a pause between, and only while no consumer has more than that to handle: new
 * events are never behind more than twice as many old ones. Unit: rows, ms.
 */
const [refillLimit, refillPauseMs] = [500, 250];
/** How long disposal waits for acknowledgements; what has none is swept later. Unit: ms. */
const landWithinMs = 2_000;

export class RunningRelay<Row> implements Relay<Row> {
  readonly #options: RelayOptions<Row>;
  readonly #parts: RelayParts;
  readonly #flights: Flights<Row>;
  readonly #stopping = new AbortController();
  readonly #sweeping: Promise<void>;

  constructor(options: RelayOptions<Row>, parts: RelayParts) {
    this.#options = options;
    this.#parts = parts;
    this.#flights = new Flights(options, parts);
    this.#sweeping = this.#sweepWhenElected();
  }

  get stream(): string {
    return this.#options.stream.name;
  }

  get journal(): RelayOptions<Row>["journal"] {
    return this.#options.journal;
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  publish(rows: readonly Row[]): void {
    const { epoch } = this.#flights.check;
    if (epoch === undefined || this.#stopping.signal.aborted) return; // For the sweeper.
    for (const row of rows) this.#flights.take(row, epoch);
  }

  async #sweepWhenElected(): Promise<void> {
    const { db, stream } = this.#options;
    await db.whileLeader(`relay ${stream.name}`, this.#stopping.signal, async (leading) => {
      while (!leading.aborted) {
        const pauseMs = await this.#sweep().catch((error: unknown) => {
          if (!leading.aborted) this.#flights.complain(error, "the relay cannot sweep now");
          return this.#idleMs;
        });
        await sleep(pauseMs, leading).catch(() => {}); // Not elected any more.
      }
    });
  }

  get #idleMs(): number {
    return this.#options.sweepMs ?? defaultMs;
  }

  /** Answers after what time to sweep again. Unit: ms. */
  async #sweep(): Promise<number> {
    if (!this.#parts.connection.connected) return this.#idleMs;
    const { check } = this.#flights;
    await check.check();
    const { epoch } = check;
    if (epoch === undefined) return this.#idleMs;
    const { journal, sweepOlderThanMs = defaultMs } = this.#options;
    const rows = await journal.unpublished(sweepOlderThanMs, sweepLimit);
    const published = await this.#publishAll(rows, epoch);
    if (rows.length === sweepLimit && published > 0) return 0;
    const hasMore = await this.#refill(epoch);
    return hasMore ? Math.min(refillPauseMs, this.#idleMs) : this.#idleMs;
  }

  /**
   * Publishes again what was lost, if consumers can take more: the newest first, since orders wait for those, and within one go as it
   * happened. Answers whether there is more.
   */
  async #refill(epoch: bigint): Promise<boolean> {
    const rows = await this.#options.journal.lost(refillLimit);
    if (rows.length === 0) return false;
    if ((await this.#behind()) > refillLimit) return true;
    await this.#publishAll(rows.toReversed(), epoch);
    return rows.length === refillLimit;
  }

  async #behind(): Promise<number> {
    try {
      return await this.#parts.behind(this.#options.stream);
    } catch (error) {
      this.#flights.complain(error, "not known how far consumers are, events are published again");
      return 0;
    }
  }

  /** Answers how many were published. */
  async #publishAll(rows: readonly Row[], epoch: bigint): Promise<number> {
    const landings = rows.map(
      (row) =>
        new Promise<boolean>((landed) => {
          if (!this.#flights.take(row, epoch, landed)) landed(false);
        }),
    );
    return (await Promise.all(landings)).filter((landed) => landed).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const deadline = Date.now() + landWithinMs;
    while (this.#flights.size > 0 && Date.now() < deadline) await sleep(5);
    await this.#flights.check[Symbol.asyncDispose]();
    await this.#sweeping;
  }
}
