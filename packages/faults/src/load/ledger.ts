import type { Wish } from "./wish.ts";

export type State = "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED";

export type CallName = "place" | "try" | "confirm" | "cancel" | "read";

/** What a client was told about an order. */
export interface Answer {
  readonly call: CallName;
  /** By performance.now(). */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** The order's id; empty in a refusal. */
  readonly orderId: string;
  /** The state that the order was said to be in; undefined in a refusal that does not tell. */
  readonly state: State | undefined;
  /** The refusal's reason; undefined when the call succeeded. */
  readonly refused: string | undefined;
}

/** All that is known about one request. */
export interface Entry {
  /** The request_id, or the order_id that a coordinator has chosen. */
  readonly request: string;
  readonly wish: Wish;
  readonly answers: Answer[];
  /** A call was given up without an answer, so that anything may have happened. */
  unanswered: boolean;
}

/** A call that a client with the standard retry policy saw fail; it was repeated. */
export interface Failure {
  readonly at: number;
  readonly call: CallName;
  readonly error: string;
}

/** How long an order took to be accepted. */
export interface Acceptance {
  readonly at: number;
  readonly tookMs: number;
}

/** What clients did and were told, independently of what the system remembers. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly failures: Failure[] = [];
  readonly acceptances: Acceptance[] = [];

  open(request: string, wish: Wish): Entry {
    const entry: Entry = { request, wish, answers: [], unanswered: false };
    this.entries.push(entry);
    return entry;
  }
}

/** The ids of the orders that the answers to a request have named. */
export const orderIdsOf = ({ answers }: Entry): readonly string[] => [
  ...new Set(answers.map(({ orderId }) => orderId).filter((id) => id !== "")),
];

/** Whether its client was told that there is an order. */
export const isAcknowledged = (entry: Entry): boolean => orderIdsOf(entry).length > 0;
