import type { Scrape } from "./scrape.ts";

/** A process of a service, as it was found. */
export interface PartFacts {
  /** "order", the second one "order.2". */
  readonly part: string;
  readonly service: string;
  /** Running: the stack has a process for it. Serving: it says so itself. */
  readonly health: "serving" | "running" | "down";
  /** Undefined when it did not answer in time. */
  readonly scrape: Scrape | undefined;
}

/** A durable consumer, as JetStream tells it. */
export interface ConsumerFacts {
  readonly stream: string;
  readonly durable: string;
  /** Events that were not delivered yet. */
  readonly pending: number;
  /** Events that are delivered, and not settled yet. */
  readonly unsettled: number;
  readonly redelivered: number;
  /** Requests for more that wait at the server: 0 when nobody reads. */
  readonly readers: number;
  readonly isPaused: boolean;
  /** When the oldest event was stored that is not settled, in ms since 1970; undefined when all are. */
  readonly oldestAt: number | undefined;
}

/** What JetStream tells. */
export interface MessagingFacts {
  readonly consumers: readonly ConsumerFacts[];
  readonly deadLetters: number;
}

/** A stack at one moment. */
export interface Observation {
  /** In ms since 1970. */
  readonly at: number;
  readonly parts: readonly PartFacts[];
  /** Undefined when NATS does not answer. */
  readonly messaging: MessagingFacts | undefined;
  readonly isPostgresUp: boolean;
}
