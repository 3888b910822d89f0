import { deadLetterSubject, headers as names } from "@waybill/contracts/events";
import type { MsgHdrs } from "nats";
import type { Connection } from "./connection.ts";
import type { Delivery } from "./delivery.ts";
import { type HeaderBlock, headerBlock, msgIdHeader } from "./envelope.ts";
import type { Publisher } from "./publisher.ts";

/** A message that a consumer gives up. */
export interface GivenUp {
  readonly consumer: string;
  readonly stream: string;
  readonly delivery: Delivery;
  /** For programs, such as UNDECODABLE. */
  readonly reason: string;
  /** For people: what went wrong. */
  readonly error: string;
}

/** Headers are for people too; a stack trace is not worth more. Unit: characters. */
const maxErrorLength = 1_000;
/** What a message may have, headers included, unless the server says otherwise. Unit: bytes. */
const defaultMaxPayload = 1024 * 1024;

/** Keeps messages that consumers give up in DEAD_LETTERS, as they came, with why and where from. */
export class DeadLetterWriter {
  readonly #connection: Connection;
  readonly #publisher: Publisher;

  constructor(connection: Connection, publisher: Publisher) {
    this.#connection = connection;
    this.#publisher = publisher;
  }

  /**
   * Resolves when it is kept. Repeated for the same message, it is kept once. A payload that does
   * not fit beside the new headers is cut off.
   */
  async write({ consumer, stream, delivery, reason, error }: GivenUp): Promise<void> {
    const { message, sequence, storedAtNs } = delivery;
    const block = headerBlock([
      // The time tells messages of the same sequence in recreated streams apart.
      [msgIdHeader, `${consumer}.${stream}.${sequence}.${storedAtNs}`],
      ...ownHeaders(message.headers),
      [names.deadReason, reason],
      [names.deadError, error.slice(0, maxErrorLength)],
      [names.deadConsumer, consumer],
      [names.deadSubject, message.subject],
      [names.deadStream, stream],
      [names.deadSequence, String(sequence)],
    ]);
    const data = this.#fitting(message.data, block);
    await this.#publisher.publish(deadLetterSubject(consumer, stream), block, data);
  }

  /** The headers added here may make a message of the greatest length too long. */
  #fitting(data: Uint8Array, headers: HeaderBlock): Uint8Array {
    const { max_payload } = this.#connection.raw.info ?? { max_payload: defaultMaxPayload };
    return data.subarray(0, Math.max(0, max_payload - headers.encode().length));
  }
}

/** The headers that the event's publisher set, without those about its transport or earlier death. */
export function* ownHeaders(headers: MsgHdrs | undefined): Generator<[string, string]> {
  for (const [name, values] of headers ?? []) {
    if (name.startsWith("Nats-") || name.startsWith("waybill-dead-")) continue;
    for (const value of values) yield [name, value];
  }
}
