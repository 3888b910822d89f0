import { observeGauges, type Reading } from "@waybill/chassis";
import type { Connection } from "./connection.ts";
import type { Journal } from "./journal.ts";
import { consumerAttributes } from "./messagingMetrics.ts";
import { oldestUnsettled } from "./oldestUnsettled.ts";

/** A durable whose backlog is told. */
export interface ObservedConsumer {
  readonly stream: string;
  readonly durable: string;
}

/** A relay whose backlog is told. */
export interface ObservedRelay {
  readonly stream: string;
  readonly inFlight: number;
  readonly journal: Pick<Journal<never>, "backlog">;
}

export interface Observed {
  readonly consumers: readonly ObservedConsumer[];
  readonly relays: readonly ObservedRelay[];
}

const gauges = {
  "waybill.consumer.pending": {
    description: "Messages that a durable has not delivered yet. Every replica tells the same.",
    unit: "{message}",
  },
  "waybill.consumer.ack_pending": {
    description: "Messages that are delivered and not settled yet. Every replica tells the same.",
    unit: "{message}",
  },
  "waybill.consumer.redelivered": {
    description:
      "Messages under way that were delivered more than once. Every replica tells the same.",
    unit: "{message}",
  },
  "waybill.consumer.oldest_age": {
    description:
      "How long ago the oldest event was stored that a durable has not settled; 0 when all are. Every replica tells the same.",
    unit: "s",
  },
  "waybill.journal.unpublished": {
    description:
      "Journal rows that are not in the stream yet, counted up to 100,000. Every replica tells the same.",
    unit: "{row}",
  },
  "waybill.journal.oldest_age": {
    description:
      "How long ago the oldest row happened that is not in the stream; 0 when all are. Every replica tells the same.",
    unit: "s",
  },
  "waybill.relay.in_flight": {
    description: "Rows that this process is publishing.",
    unit: "{row}",
  },
  "waybill.messaging.connected": {
    description: "1 while this process is connected to NATS, otherwise 0.",
  },
} as const;

type MessagingReading = Reading<keyof typeof gauges>;

/** Tells how far consumers and journals are behind. JetStream and the database are asked when somebody scrapes. */
export function observeMessaging(connection: Connection, observed: Observed): Disposable {
  return observeGauges("waybill.messaging", gauges, async () => {
    const asked = await Promise.allSettled([
      ...observed.consumers.map((consumer) => readConsumer(connection, consumer)),
      ...observed.relays.map(readRelay),
    ]);
    const known = asked.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    return [...known, ["waybill.messaging.connected", connection.connected ? 1 : 0]];
  });
}

async function readConsumer(
  connection: Connection,
  { stream, durable }: ObservedConsumer,
): Promise<MessagingReading[]> {
  return connection.whileConnected(async () => {
    const info = await connection.manager.consumers.info(stream, durable);
    const of = consumerAttributes(stream, durable);
    const readings: MessagingReading[] = [
      ["waybill.consumer.pending", info.num_pending, of],
      ["waybill.consumer.ack_pending", info.num_ack_pending, of],
      ["waybill.consumer.redelivered", info.num_redelivered, of],
    ];
    try {
      const age = ageOf(await oldestUnsettled(connection.manager, info));
      return [...readings, ["waybill.consumer.oldest_age", age, of]];
    } catch {
      return readings; // Not known is not 0.
    }
  });
}

async function readRelay({ stream, inFlight, journal }: ObservedRelay) {
  const of = { "messaging.destination.name": stream };
  const { rows, oldest } = await journal.backlog();
  return [
    ["waybill.journal.unpublished", rows, of],
    ["waybill.journal.oldest_age", ageOf(oldest), of],
    ["waybill.relay.in_flight", inFlight, of],
  ] satisfies MessagingReading[];
}

/** 0 when there is none. Unit: s. */
const ageOf = (oldest: Date | undefined): number =>
  oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.getTime()) / 1_000;
