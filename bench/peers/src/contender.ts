import type { Measured, Say } from "@waybill/bench";
import type { PlacedOrder } from "./facts/order.ts";
import type { Databases } from "./facts/tables.ts";

/** How much every contender has to do in a turn. */
export interface Load {
  readonly orders: number;
  /** How many orders are under way at a time: closed loop. */
  readonly concurrency: number;
  /** Orders placed before, and not measured. */
  readonly warmUp: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What came out of one contender's turn. Latencies are in ms. */
export interface Turn {
  /** Orders that were DELIVERED, from the first request to the last delivery. */
  readonly ordersPerSecond: number;
  /** Of all its processes and the load generator. */
  readonly cpuMsPerOrder: number;
  readonly cpuMsPerOrderByPart: Readonly<Record<string, number>>;
  /** From the request to the answer. */
  readonly answer: Quantiles;
  /** Until the order was DELIVERED. */
  readonly delivery: Quantiles;
  /** What failed, and what did not add up in the end. */
  readonly problems: readonly string[];
}

/** Told what begins, and when to stop. */
export interface Conduct {
  readonly say: Say;
  readonly signal: AbortSignal;
}

/** Something that carries out orders. */
export interface Contender {
  readonly name: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Starts it afresh, measures it, audits it and stops it. */
  readonly turn: (load: Load, conduct: Conduct) => Promise<Turn>;
}

/** A contender other than Waybill, while it runs. */
export interface Peer extends AsyncDisposable {
  /** Carries out an order; resolves when it is DELIVERED. A repetition changes nothing. Rejects when it fails. */
  readonly place: (order: PlacedOrder) => Promise<void>;
  /** Its processes, besides PostgreSQL and the load generator. */
  readonly processes: readonly Measured[];
  /** Where its tables are. */
  readonly databases: Databases;
}
