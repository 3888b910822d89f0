import { ordersStream } from "@waybill/contracts/events";
import { OrderEvent, OrderState } from "@waybill/contracts/status";
import { type BatchConsumer, dead, done, type Outcome, type Received } from "@waybill/messaging";
import { limits, rules } from "@waybill/rpc";
import { z } from "zod";
import type { RecordNotifications } from "../app/recordNotifications.ts";
import type { News, State } from "../domain/notification.ts";

const states: Readonly<Record<OrderState, State | undefined>> = {
  [OrderState.UNSPECIFIED]: undefined,
  [OrderState.PENDING]: "PENDING",
  [OrderState.CONFIRMED]: "CONFIRMED",
  [OrderState.PROCESSING]: "PROCESSING",
  [OrderState.SHIPPED]: "SHIPPED",
  [OrderState.DELIVERED]: "DELIVERED",
  [OrderState.CANCELLED]: "CANCELLED",
};

/** What a notification needs of an event; an event without it violates the contract. */
const rule = z.object({
  orderId: rules.id,
  version: z.int().min(1),
  userId: rules.id,
  to: z.custom<OrderState>((to) => states[to as OrderState] !== undefined, "must be a known state"),
  reason: z.string(),
  total: z
    .object({ minorUnits: z.bigint().min(0n).max(limits.minorUnits), currency: rules.currency })
    .optional(),
  occurredAt: rules.time,
});

/** Mails are not looked for within so short a time, and a batch costs much less than its events one by one. Unit: ms. */
const gatherMs = 50;

/** Records a notification for every event of every order. An event that makes no sense is given up, alone. */
export const onOrderEvents = (record: RecordNotifications): BatchConsumer<OrderEvent> => ({
  durable: "notification", // Renaming it reads the whole stream again.
  stream: ordersStream,
  subjects: ordersStream.subjects,
  decode: (bytes) => OrderEvent.decode(bytes),
  gatherMs,
  handle: async (events) => {
    const read = events.map(readNews);
    const news = read.flatMap((each) => ("orderId" in each ? [each] : []));
    if (news.length > 0) await record(news);
    return read.map((each) => ("orderId" in each ? done : each));
  },
});

function readNews({ event, traceparent }: Received<OrderEvent>): News | Outcome {
  const result = rule.safeParse(event);
  const state = result.success ? states[result.data.to] : undefined;
  if (!result.success || state === undefined) return dead("INVALID_EVENT", result.error);
  const { to: _, ...news } = result.data;
  return { ...news, total: news.total, state, traceparent };
}
