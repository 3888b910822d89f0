import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import { contextOf, sampledSpanContext, traceparentOf, tracer } from "@waybill/chassis";
import type { Delivery } from "./delivery.ts";
import { envelopeOf } from "./envelope.ts";

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

const spans = tracer("waybill.messaging");
/** More links than this are of no use to a reader. */
const maxLinks = 128;

/**
 * A span for the work on a batch, when one of its messages is sampled. It is a root, linked to the
 * messages' own contexts, since a batch belongs to many traces.
 */
export function startBatchSpan(name: string, deliveries: readonly Delivery[]): Span | undefined {
  const links = [];
  for (const { message } of deliveries) {
    const sampled = sampledSpanContext(contextOf(message.headers?.get("traceparent") ?? ""));
    if (sampled !== undefined) links.push({ context: sampled });
    if (links.length === maxLinks) break;
  }
  if (links.length === 0) return undefined;
  const attributes = { "messaging.batch.message_count": deliveries.length };
  return spans.startSpan(
    `batch ${name}`,
    { root: true, kind: SpanKind.CONSUMER, links, attributes },
    ROOT_CONTEXT,
  );
}

/** Runs the work in the span's context, when there is a span. */
export const inSpan = <T>(span: Span | undefined, work: () => T): T =>
  span === undefined ? work() : context.with(trace.setSpan(ROOT_CONTEXT, span), work);

/** Reads the event and begins its consumer span. Throws what `decode` throws. */
export function unpack<E>(
  name: string,
  delivery: Delivery,
  decode: (bytes: Uint8Array) => E,
  batch: Span | undefined,
): Unpacked<E> {
  const { message, sequence, deliveries } = delivery;
  const event = decode(message.data);
  const { id, publication, traceparent } = envelopeOf(message.headers);
  const cause = contextOf(traceparent);
  const span =
    sampledSpanContext(cause) === undefined
      ? undefined
      : spans.startSpan(
          `process ${name}`,
          {
            kind: SpanKind.CONSUMER,
            links: batch === undefined ? [] : [{ context: batch.spanContext() }],
            attributes: {
              "messaging.system": "nats",
              "messaging.destination.name": message.subject,
              "messaging.message.id": id,
            },
          },
          cause,
        );
  const own = span === undefined ? cause : trace.setSpan(cause, span);
  return {
    delivery,
    span,
    received: {
      event,
      id,
      publication,
      subject: message.subject,
      sequence,
      deliveries,
      context: own,
      traceparent: span === undefined && own === ROOT_CONTEXT ? "" : traceparentOf(own),
    },
  };
}
