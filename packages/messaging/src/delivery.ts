import type { Msg } from "nats";
import { type HeaderReader, headerReader } from "./rawHeaders.ts";

const ack = Buffer.from("+ACK");
const nak = Buffer.from("-NAK");
const term = Buffer.from("+TERM");
const working = Buffer.from("+WPI");

/** A message that a consumer delivered and that has to be settled once. */
export interface Delivery {
  readonly message: Msg;
  readonly header: HeaderReader;
  readonly sequence: bigint;
  /** 1 the first time. */
  readonly deliveries: number;
  /** Counts what this consumer has delivered; a gap means that something was lost. */
  readonly consumerSequence: bigint;
  /** When the stream stored it, as the server wrote it. Unit: ns since 1970. */
  readonly storedAtNs: string;
  /** When the server last heard that it is being worked on, on the clock of performance.now(). Unit: ms. */
  touchedAt: number;
}

/** Reads what the reply subject says: $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<…>. */
export function deliveryOf(message: Msg): Delivery {
  const parts = (message.reply ?? "").split(".");
  // With a JetStream domain two tokens come before the stream's name, and a random one at the end.
  const at = parts.length >= 11 ? 6 : 4;
  return {
    message,
    header: headerReader(message),
    deliveries: Number(parts[at]),
    sequence: BigInt(parts[at + 1] ?? 0),
    consumerSequence: BigInt(parts[at + 2] ?? 0),
    storedAtNs: parts[at + 3] ?? "0",
    touchedAt: performance.now(),
  };
}

/** It is done with, or given up: it does not come again. */
export const acknowledge = ({ message }: Delivery): boolean => message.respond(ack);

/** It is to be delivered again at once. */
export const putBack = ({ message }: Delivery): boolean => message.respond(nak);

/** It is given up; the server tells its monitoring. */
export const terminate = ({ message }: Delivery): boolean => message.respond(term);

/** It is still being worked on: the server waits longer before it delivers it again. */
export function stillWorking(delivery: Delivery): void {
  delivery.message.respond(working);
  delivery.touchedAt = performance.now();
}
