import { deadLetterSubject, headers as names } from "@waybill/contracts/events";
import type { MsgHdrs } from "nats";
import type { Delivery } from "./delivery.ts";
import { headerBlock, msgIdHeader } from "./envelope.ts";
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

/** Keeps messages that consumers give up in DEAD_LETTERS, as they came, with why and where from. */
export class DeadLetterWriter {
  readonly #publisher: Publisher;

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  /** Resolves when it is kept. Repeated for the same message, it is kept once. */
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
    await this.#publisher.publish(deadLetterSubject(consumer, stream), block, message.data);
  }
}

/** The headers that the event's publisher set, without those about its transport or earlier death. */
export function* ownHeaders(headers: MsgHdrs | undefined): Generator<[string, string]> {
  for (const [name, values] of headers ?? []) {
    if (name.startsWith("Nats-") || name.startsWith("waybill-dead-")) continue;
    for (const value of values) yield [name, value];
  }
}
