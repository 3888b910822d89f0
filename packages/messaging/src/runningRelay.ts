import { sleep } from "@waybill/chassis";
import { Flights, type RelayParts } from "./flights.ts";
import type { Relay, RelayOptions } from "./relay.ts";

/** As many rows as one sweep reads; more are read at once after it. */
const sweepLimit = 1_000;
const defaultMs = 1_000;
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
        const again = await this.#sweep().catch((error: unknown) => {
          if (!leading.aborted) this.#flights.complain(error, "the relay cannot sweep now");
          return false;
        });
        const pauseMs = again ? 0 : (this.#options.sweepMs ?? defaultMs);
        await sleep(pauseMs, leading).catch(() => {}); // Not elected any more.
      }
    });
  }

  /** Answers whether there is more to sweep. */
  async #sweep(): Promise<boolean> {
    if (!this.#parts.connection.connected) return false;
    const { check } = this.#flights;
    await check.check();
    const { epoch } = check;
    if (epoch === undefined) return false;
    const { journal, sweepOlderThanMs = defaultMs } = this.#options;
    const rows = await journal.unpublished(sweepOlderThanMs, sweepLimit);
    const landings = rows.map(
      (row) =>
        new Promise<boolean>((landed) => {
          if (!this.#flights.take(row, epoch, landed)) landed(false);
        }),
    );
    const published = (await Promise.all(landings)).filter((landed) => landed).length;
    return rows.length === sweepLimit && published > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const deadline = Date.now() + landWithinMs;
    while (this.#flights.size > 0 && Date.now() < deadline) await sleep(5);
    await this.#flights.check[Symbol.asyncDispose]();
    await this.#sweeping;
  }
}
