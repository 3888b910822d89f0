import { type OrderEventName, ordersStream } from "@waybill/contracts/events";
import { OrderEvent } from "@waybill/contracts/status";
import {
  again,
  type BatchConsumer,
  dead,
  done,
  type Outcome,
  type Received,
} from "@waybill/messaging";
import type { News } from "../domain/news.ts";
import { toNews } from "./toNews.ts";

/** How many events at a time, and how many batches side by side. */
export interface ConsumerSize {
  readonly maxBatch: number;
  readonly lanes: number;
}

/** Deals with news of orders; answers the ids of those that must come again. */
type HandleNews = (news: readonly News[]) => Promise<ReadonlySet<string>>;

/** What the workflow heeds; what else a newer status may tell is passed over. */
const heeded: ReadonlySet<string> = new Set<OrderEventName>([
  "placed",
  "confirmed",
  "cancelled",
  "processing",
  "shipped",
  "delivered",
]);

/**
 * Every transition of every order: the first pass of each step, and what happens to orders in shipping. Of all subjects, since NATS 2.14 delivers
 * a consumer of several filters only a hundred messages a second for seconds when it goes on to another block of a stream that is being filled.
 */
export const onOrders = (handle: HandleNews, size: ConsumerSize): BatchConsumer<OrderEvent> => ({
  durable: "workflow", // Renaming it reads the whole stream again.
  stream: ordersStream,
  subjects: ordersStream.subjects,
  decode: (bytes) => OrderEvent.decode(bytes),
  handle: (events) => handleEvents(events, handle),
  ...size,
});

async function handleEvents(
  events: readonly Received<OrderEvent>[],
  handle: HandleNews,
): Promise<readonly Outcome[]> {
  const read = events.map((received) => (isHeeded(received) ? readNews(received) : done));
  const unrecorded = await handle(read.flatMap((each) => ("order" in each ? [each] : [])));
  return read.map((each) => {
    if (!("order" in each)) return each;
    return unrecorded.has(each.order.orderId) ? again : done;
  });
}

/** By its subject: orders.v1.<event>.<order id>. */
const isHeeded = ({ subject }: Received<OrderEvent>): boolean =>
  heeded.has(subject.split(".")[2] ?? "");

/** An event that can be decoded and still makes no sense is given up, alone. */
function readNews(received: Received<OrderEvent>): News | Outcome {
  try {
    return toNews(received);
  } catch (error) {
    return dead("INVALID_EVENT", error);
  }
}
