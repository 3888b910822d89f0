/** Streams, subjects and event types: what the services publish and where. The payloads are the generated messages. */

/** A JetStream stream. Only its owner creates it. */
export interface StreamSpec {
  readonly name: string;
  /** The service that creates and describes it. */
  readonly owner: string;
  readonly subjects: readonly string[];
  /** How long messages are kept. Unit: ms. */
  readonly maxAgeMs: number;
  /** Its owner keeps all events in a journal, and fills it again from there: after a restoration it is created anew. */
  readonly hasJournal: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Every transition of every order, as waybill.status.v1.OrderEvent. */
export const ordersStream: StreamSpec = {
  name: "ORDERS",
  owner: "status",
  subjects: ["orders.v1.>"],
  maxAgeMs: 7 * dayMs,
  hasJournal: true,
};

/** Answers of payment providers that came late, as waybill.payment.v1.PaymentEvent. */
export const paymentsStream: StreamSpec = {
  name: "PAYMENTS",
  owner: "payment",
  subjects: ["payments.v1.>"],
  maxAgeMs: 7 * dayMs,
  hasJournal: true,
};

/** Messages that a consumer gave up, as they came, with the reason in their headers. */
export const deadLettersStream: StreamSpec = {
  name: "DEAD_LETTERS",
  owner: "workflow",
  subjects: ["dead.v1.>"],
  maxAgeMs: 30 * dayMs,
  hasJournal: false,
};

export type OrderEventName =
  | "placed"
  | "confirmed"
  | "cancelled"
  | "processing"
  | "shipped"
  | "delivered";

export type PaymentEventName = "authorized" | "declined";

/** The subject of one order's event; "*" as order id makes it a filter for all orders. */
export const orderSubject = (event: OrderEventName, orderId: string): string =>
  `orders.v1.${event}.${orderId}`;

/** The subject of one payment's event; "*" as transaction id makes it a filter for all payments. */
export const paymentSubject = (event: PaymentEventName, transactionId: string): string =>
  `payments.v1.${event}.${transactionId}`;

/** The subject on which a consumer gives up a message of a stream. */
export const deadLetterSubject = (consumer: string, stream: string): string =>
  `dead.v1.${consumer}.${stream}`;

/** The CloudEvents type of an order's event. */
export const orderEventType = (event: OrderEventName): string => `waybill.order.v1.${event}`;

/** The CloudEvents type of a payment's event. */
export const paymentEventType = (event: PaymentEventName): string => `waybill.payment.v1.${event}`;

/** The names of CloudEvents attributes and of Waybill's own in message headers; header names are case-sensitive. */
export const headers = {
  id: "ce-id",
  type: "ce-type",
  source: "ce-source",
  time: "ce-time",
  specVersion: "ce-specversion",
  contentType: "ce-datacontenttype",
  traceparent: "traceparent",
  /** Counts the publications of an event: 1 the first time. */
  publication: "waybill-publication",
  /** When the publisher's database was last restored, in s since 1970; absent when it never was. */
  restoreEpoch: "waybill-restore-epoch",
  deadReason: "waybill-dead-reason",
  deadError: "waybill-dead-error",
  deadConsumer: "waybill-dead-consumer",
  deadSubject: "waybill-dead-subject",
  deadStream: "waybill-dead-stream",
  deadSequence: "waybill-dead-sequence",
} as const;
