import type { StreamSpec } from "@waybill/contracts/events";
import type { Database } from "@waybill/persistence";
import type { OutgoingEvent } from "./envelope.ts";
import type { Journal } from "./journal.ts";

export interface RelayOptions<Row> {
  readonly stream: StreamSpec;
  readonly journal: Journal<Row>;
  /** Elects the replica that sweeps. */
  readonly db: Pick<Database, "whileLeader">;
  readonly toEvent: (row: Row) => OutgoingEvent;
  /** How often unpublished rows are looked for. Unit: ms. Default 1 s. */
  readonly sweepMs?: number;
  /** Younger rows are left to the process that committed them. Unit: ms. Default 1 s. */
  readonly sweepOlderThanMs?: number;
  /** The most messages that wait for their acknowledgement at once. Default 256. */
  readonly maxInFlight?: number;
}

/** Publishes a journal: what was just committed at once, the rest by an elected replica's sweeps. */
export interface Relay<Row> extends AsyncDisposable {
  /**
   * To be called right after the commit. Never throws and never waits; what cannot be published
   * now (NATS is away, too much is in flight) is left to the sweeper.
   */
  publish(rows: readonly Row[]): void;
  /** Rows of this process that are queued, wait for their acknowledgement or are being marked. */
  readonly inFlight: number;
}
