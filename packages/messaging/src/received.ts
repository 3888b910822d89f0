import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import {
  claimsSampling,
  contextOf,
  sampledSpanContext,
  traceparentOf,
  tracer,
} from "@waybill/chassis";
import { headers } from "@waybill/contracts/events";
import type { Delivery } from "./delivery.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";

/** An event as a consumer gets it. */
export interface Received<E> {
  readonly event: E;
  /** ce-id: the same in every publication and delivery of the event. */
  readonly id: string;
  /** 1 first; n when the event was published for the n-th time. */
  readonly publication: number;
  readonly subject: string;
  /** Its place in the stream. */
  readonly sequence: bigint;
  /** 1 the first time that it is delivered. */
  readonly deliveries: number;
  /** Of the consumer span of this message; of the message itself when it is not sampled. */
  readonly context: Context;
  /** Of that context, to be sent or stored with what follows from the event; "" when it has none. */
  readonly traceparent: string;
}

/** A delivery together with the event that could be read from it. */
export interface Unpacked<E> {
  readonly delivery: Delivery;
  readonly received: Received<E>;
  readonly span: Span | undefined;
}

const spans = () => tracer("waybill.messaging");
const system = { "messaging.system.name": "nats" } as const;
const processing = { "messaging.operation.name": "process", "messaging.operation.type": "process" };
/** More links than this are of no use to a reader. */
const maxLinks = 128;

/**
 * A span for the work on a batch, when one of its messages is sampled. It is a root, linked to the
 * messages' own contexts, since a batch belongs to many traces.
 */
export function startBatchSpan(name: string, deliveries: readonly Delivery[]): Span | undefined {
  const links = [];
  for (const { header } of deliveries) {
    const traceparent = header(headers.traceparent);
    if (!claimsSampling(traceparent)) continue;
    const sampled = sampledSpanContext(contextOf(traceparent));
    if (sampled !== undefined) links.push({ context: sampled });
    if (links.length === maxLinks) break;
  }
  if (links.length === 0) return undefined;
  const attributes = {
    ...system,
    ...processing,
    "messaging.consumer.group.name": name,
    "messaging.batch.message_count": deliveries.length,
  };
  return spans().startSpan(
    `batch ${name}`,
    { root: true, kind: SpanKind.CONSUMER, links, attributes },
    ROOT_CONTEXT,
  );
}

/** Runs the work in the span's context, when there is a span. */
export const inSpan = <T>(span: Span | undefined, work: () => T): T =>
  span === undefined ? work() : context.with(trace.setSpan(ROOT_CONTEXT, span), work);

/** Reads the event. Throws what `decode` throws. */
export function unpack<E>(
  delivery: Delivery,
  decode: (bytes: Uint8Array) => E,
  span: Span | undefined,
): Unpacked<E> {
  const event = decode(delivery.message.data);
  const envelope = envelopeOf(delivery.header);
  return { delivery, span, received: new ReceivedEvent(event, delivery, envelope, span) };
}

/** The span for the work on one message under its own trace, whether or not it can be read; none when that is not sampled. */
export function startMessageSpan(
  name: string,
  { message, header }: Delivery,
  batch: Span | undefined,
): Span | undefined {
  const traceparent = header(headers.traceparent);
  if (!claimsSampling(traceparent)) return undefined;
  const cause = contextOf(traceparent);
  if (sampledSpanContext(cause) === undefined) return undefined;
  const attributes = {
    ...system,
    ...processing,
    ...orderOf(message.subject),
    "messaging.consumer.group.name": name,
    "messaging.destination.name": message.subject,
    "messaging.message.id": header(headers.id),
  };
  const links = batch === undefined ? [] : [{ context: batch.spanContext() }];
  return spans().startSpan(
    `process ${name}`,
    { kind: SpanKind.CONSUMER, links, attributes },
    cause,
  );
}

/** What a subject, `orders.v1.<event>.<order id>`, says of the order: also of a message that cannot be read. */
function orderOf(subject: string): Attributes {
  const [, , event = "", orderId = ""] = subject.split(".");
  return { "waybill.order_id": orderId, "waybill.event": event };
}

/** Contexts are made when asked for: most messages are not sampled, and most handlers do not ask. */
class ReceivedEvent<E> implements Received<E> {
  readonly event: E;
  readonly id: string;
  readonly publication: number;
  readonly subject: string;
  readonly sequence: bigint;
  readonly deliveries: number;
  readonly traceparent: string;
  readonly #span: Span | undefined;
  #context: Context | undefined;

  constructor(event: E, delivery: Delivery, envelope: Envelope, span: Span | undefined) {
    this.event = event;
    this.id = envelope.id;
    this.publication = envelope.publication;
    this.subject = delivery.message.subject;
    this.sequence = delivery.sequence;
    this.deliveries = delivery.deliveries;
    this.#span = span;
    this.traceparent = traceparentFor(envelope.traceparent, span);
  }

  get context(): Context {
    this.#context ??=
      this.#span === undefined
        ? contextOf(this.traceparent)
        : trace.setSpan(contextOf(this.traceparent), this.#span);
    return this.#context;
  }
}

/** What is not as long as version 00 says is parsed, so that garbage is not passed on. */
function traceparentFor(traceparent: string, span: Span | undefined): string {
  if (span !== undefined) return traceparentOf(trace.setSpan(ROOT_CONTEXT, span));
  return traceparent === "" || traceparent.length === 55
    ? traceparent
    : traceparentOf(contextOf(traceparent));
}
