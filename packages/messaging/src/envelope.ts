import { headers as names } from "@waybill/contracts/events";
import type { HeaderReader } from "./rawHeaders.ts";

/** An event on its way out: CloudEvents attributes, payload and trace context. */
export interface OutgoingEvent {
  readonly subject: string;
  /** ce-type. */
  readonly type: string;
  /** ce-id, but for the restore epoch: the same in every publication of the event. */
  readonly id: string;
  /** ce-source: the service that says so. */
  readonly source: string;
  /** ce-time: when it happened. */
  readonly time: Date;
  readonly data: Uint8Array;
  /** W3C trace context of the work that caused it; "" when there is none. */
  readonly traceparent: string;
  /** 1 the first time; a later one is not swallowed as a duplicate of an earlier. */
  readonly publication: number;
}

/** What the headers of a message say about its event. */
export interface Envelope {
  /** ce-id; "" when the message has none. */
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly traceparent: string;
  /** 1 when the header is missing. */
  readonly publication: number;
}

/** Headers as they are sent: the NATS client asks of them only this. */
export interface HeaderBlock {
  encode(): Uint8Array;
}

export const msgIdHeader = "Nats-Msg-Id";

/**
 * What an event is called: in every epoch anew, since what is told after a restoration stands instead of all that was told before, and may
 * be another story under the same key.
 */
const eventId = (id: string, restoreEpoch: bigint): string =>
  restoreEpoch === 0n ? id : `${id}@${restoreEpoch}`;

/** JetStream acknowledges a message id that it has seen without storing the message again. */
export function messageId(
  { id, publication }: Pick<OutgoingEvent, "id" | "publication">,
  restoreEpoch: bigint,
): string {
  const name = eventId(id, restoreEpoch);
  return publication <= 1 ? name : `${name}#${publication}`;
}

/** The headers of an event: CloudEvents binary content mode, trace context, message id, and the epoch unless that is the first. */
export function headersOf(event: OutgoingEvent, restoreEpoch: bigint): HeaderBlock {
  const block: [string, string][] = [
    [msgIdHeader, messageId(event, restoreEpoch)],
    [names.specVersion, "1.0"],
    [names.id, eventId(event.id, restoreEpoch)],
    [names.type, event.type],
    [names.source, event.source],
    [names.time, event.time.toISOString()],
    [names.contentType, "application/protobuf"],
    [names.publication, String(event.publication)],
  ];
  if (event.traceparent !== "") block.push([names.traceparent, event.traceparent]);
  if (restoreEpoch > 0n) block.push([names.restoreEpoch, String(restoreEpoch)]);
  return headerBlock(block);
}

/**
 * Encodes headers at a fifth of the cost of the client's own, which looks for every key among all
 * keys. Line breaks would begin another header, so they become spaces.
 */
export function headerBlock(entries: Iterable<readonly [string, string]>): HeaderBlock {
  let text = "NATS/1.0\r\n";
  for (const [name, value] of entries) text += `${name}: ${onOneLine(value)}\r\n`;
  const bytes = Buffer.from(`${text}\r\n`);
  return { encode: () => bytes };
}

const onOneLine = (value: string): string =>
  value.includes("\n") || value.includes("\r") ? value.replaceAll(/[\r\n]+/g, " ") : value;

/** Reads the headers of a message that anybody may have published. */
export function envelopeOf(header: HeaderReader): Envelope {
  const publication = Number.parseInt(header(names.publication), 10);
  return {
    id: header(names.id),
    type: header(names.type),
    source: header(names.source),
    traceparent: header(names.traceparent),
    publication: publication >= 1 ? publication : 1,
  };
}
