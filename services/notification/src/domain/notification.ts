/** The state that an order entered, and that a customer is told of. */
export type State = "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED";

/** How a notification travels. */
export const channels = ["EMAIL", "SMS"] as const;

export type Channel = (typeof channels)[number];

export type SendingState = "WAITING" | "SENT" | "FAILED";

/** An amount in minor units of an ISO 4217 currency. */
export interface Money {
  readonly minorUnits: bigint;
  readonly currency: string;
}

/** One event of an order, as far as its customer is concerned. */
export interface News {
  readonly orderId: string;
  /** The version that the order had afterwards; with the order it is the key. */
  readonly version: number;
  readonly userId: string;
  readonly state: State;
  /** Why, such as OUT_OF_STOCK; "" when there is nothing to say. */
  readonly reason: string;
  /** Undefined while the order has no prices. */
  readonly total: Money | undefined;
  readonly occurredAt: Date;
  readonly traceparent: string;
}

/** What a customer is told of one event. */
export interface Notification extends Omit<News, "reason" | "total"> {
  readonly subject: string;
  readonly text: string;
}
