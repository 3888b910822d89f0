import { deadLettersStream, headers as names } from "@waybill/contracts/events";
import type { MsgHdrs, MsgRequest, StoredMsg } from "nats";
import { type Connection, isNotFound } from "./connection.ts";
import { ownHeaders } from "./deadLetterWriter.ts";
import { headerBlock, msgIdHeader } from "./envelope.ts";
import type { Publisher } from "./publisher.ts";

/** A message that a consumer gave up. */
export interface DeadLetter {
  /** Its place in DEAD_LETTERS, in decimal digits. */
  readonly id: string;
  /** The durable that gave it up. */
  readonly consumer: string;
  /** For programs, such as UNDECODABLE. */
  readonly reason: string;
  readonly error: string;
  /** Where it came from. */
  readonly subject: string;
  readonly stream: string;
  readonly sequence: bigint;
  /** ce-id and ce-type; "" when it has none. */
  readonly eventId: string;
  readonly eventType: string;
  readonly payload: Uint8Array;
  /** When it was given up. */
  readonly deadAt: Date;
}

export interface DeadLetterQuery {
  readonly limit: number;
  readonly maxBytes?: number;
  readonly after?: string;
}

export interface DeadLetterPage {
  /** The oldest first. */
  readonly deadLetters: readonly DeadLetter[];
  /** `after` of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** The list of what could not be handled, for people. */
export interface DeadLetters {
  /**
   * At most `limit`, and payloads of `maxBytes` together (default: of any size; one is always
   * listed). `after` is the id of a dead letter: those after it. Throws RangeError when it is no id.
   */
  list(page: DeadLetterQuery): Promise<DeadLetterPage>;
  get(id: string): Promise<DeadLetter | undefined>;
  /**
   * Publishes it again on the subject that it came from, as the same event, and then removes it
   * from the list. Answers its new sequence there; undefined when it is not in the list (any more).
   * Repeated after a crash in between, it is published once more at worst: consumers are idempotent.
   */
  replay(id: string): Promise<bigint | undefined>;
  /** Removes it from the list; the reason goes to the log. Already gone is as good. */
  discard(id: string, reason: string): Promise<void>;
}

const everyDeadLetter = deadLettersStream.subjects[0] ?? ">";

export function deadLettersOn(connection: Connection, publisher: Publisher): DeadLetters {
  const { manager, logger } = connection;
  const { name: stream } = deadLettersStream;

  const find = (query: { seq: number; next_by_subj?: string }): Promise<StoredMsg | undefined> =>
    manager.streams.getMessage(stream, query as MsgRequest).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });

  const remove = (sequence: number): Promise<boolean> =>
    manager.streams.deleteMessage(stream, sequence, false).catch(async (error: unknown) => {
      if ((await find({ seq: sequence })) === undefined) return false; // Somebody was faster.
      throw error;
    });

  return {
    list: async ({ limit, maxBytes = Number.POSITIVE_INFINITY, after }) => {
      const deadLetters: DeadLetter[] = [];
      let bytes = 0;
      let seq = after === undefined ? 1 : sequenceOf(after) + 1;
      while (deadLetters.length <= limit && (bytes <= maxBytes || deadLetters.length === 1)) {
        const found = await find({ seq, next_by_subj: everyDeadLetter });
        if (found === undefined) return { deadLetters, next: undefined };
        deadLetters.push(deadLetterOf(found));
        bytes += found.data.length;
        seq = found.seq + 1;
      }
      deadLetters.pop(); // It only tells that there is another page.
      return { deadLetters, next: deadLetters.at(-1)?.id };
    },
    get: async (id) => {
      const found = isId(id) ? await find({ seq: sequenceOf(id) }) : undefined;
      return found && deadLetterOf(found);
    },
    replay: async (id) => {
      const found = isId(id) ? await find({ seq: sequenceOf(id) }) : undefined;
      if (found === undefined) return undefined;
      const { subject, headers } = replayOf(found);
      const receipt = await publisher.publish(subject, headers, found.data);
      await remove(found.seq); // After the message is stored, so that nothing is lost in between.
      logger.info({ deadLetter: id, subject, sequence: String(receipt.sequence) }, "replayed");
      return receipt.sequence;
    },
    discard: async (id, reason) => {
      const found = isId(id) ? await find({ seq: sequenceOf(id) }) : undefined;
      if (found === undefined) return;
      const { payload: _, sequence, ...about } = deadLetterOf(found);
      logger.warn({ ...about, sequence: String(sequence), reason }, "dead letter discarded");
      await remove(found.seq);
    },
  };
}

const isId = (id: string): boolean => /^[1-9]\d{0,15}$/.test(id);

function sequenceOf(id: string): number {
  if (!isId(id)) throw new RangeError(`"${id}" is no id of a dead letter`);
  return Number(id);
}

function deadLetterOf({ seq, header, data, time }: StoredMsg): DeadLetter {
  const sequence = header.get(names.deadSequence);
  return {
    id: String(seq),
    consumer: header.get(names.deadConsumer),
    reason: header.get(names.deadReason),
    error: header.get(names.deadError),
    subject: header.get(names.deadSubject),
    stream: header.get(names.deadStream),
    sequence: /^\d+$/.test(sequence) ? BigInt(sequence) : 0n,
    eventId: header.get(names.id),
    eventType: header.get(names.type),
    payload: data,
    deadAt: time,
  };
}

/** The event as it was, under a message id that the stream has not seen; the same when repeated. */
function replayOf({ seq, header, time }: StoredMsg) {
  const event =
    header.get(names.id) || `${header.get(names.deadStream)}.${header.get(names.deadSequence)}`;
  const id = `${event}#dead.${seq}.${time.getTime()}`;
  const own = headerBlock([[msgIdHeader, id], ...ownHeaders(header as MsgHdrs)]);
  return { subject: header.get(names.deadSubject), headers: own };
}
