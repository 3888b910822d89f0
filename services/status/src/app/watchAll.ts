import { ordersStream } from "@waybill/contracts/events";
import { OrderEvent } from "@waybill/contracts/status";
import type { Messaging, Read } from "@waybill/messaging";
import type { Database } from "@waybill/persistence";
import { sql } from "@waybill/persistence";

/** An event of the stream and the position after it; without an event: where the reading begins. */
export interface Watched {
  readonly event: OrderEvent | undefined;
  /** The trace in which it happened; "" when there was none. */
  readonly traceparent: string;
  readonly position: string;
}

/** NATS does not answer: later it will. */
export class StreamAwayError extends Error {
  override readonly name = "StreamAwayError";
}

const sequenceStatement = sql(
  "published_sequence",
  "select published_seq from transitions where order_id = $1 and version = $2",
);

/**
 * The events of all orders after a position (undefined: from now on), as they are published. An event that is announced again is left out: the
 * journal knows at which place of the stream it stood first. Not so one whose first publication was acknowledged to nobody and is repeated after
 * the stream's duplicate window: that is not looked up, since every event would have to be, so it comes twice.
 */
export const watchAll = (db: Database, messaging: Messaging) =>
  async function* (after: string | undefined, signal: AbortSignal): AsyncGenerator<Watched> {
    const start = after ?? (await endOf(messaging));
    yield { event: undefined, traceparent: "", position: start };
    const events = messaging.readStream({
      stream: ordersStream,
      subjects: [...ordersStream.subjects],
      decode: OrderEvent.decode,
      after: start,
      signal,
    });
    for await (const read of events) {
      if (await isRepeat(db, read)) continue;
      const { event, traceparent, position } = read;
      yield { event, traceparent, position };
    }
  };

async function endOf(messaging: Messaging): Promise<string> {
  try {
    if (messaging.connected) return await messaging.endPosition(ordersStream);
  } catch (cause) {
    throw new StreamAwayError("the end of the stream is not known", { cause });
  }
  throw new StreamAwayError("the connection to NATS is lost");
}

async function isRepeat(db: Database, { event, publication, sequence }: Read<OrderEvent>) {
  if (publication === 1) return false;
  const [row] = await db.rows<{ published_seq: bigint | null }>(sequenceStatement, [
    event.orderId,
    event.version,
  ]);
  const first = row?.published_seq ?? sequence;
  return first < sequence;
}
