import { type Attributes, metrics } from "@opentelemetry/api";
import type { Outcome } from "./outcome.ts";

const meter = metrics.getMeter("waybill.messaging");

const consumed = meter.createCounter("messaging.client.consumed.messages", {
  description: "Messages that were handled, by stream, durable and outcome: done, again or dead.",
  unit: "{message}",
});
const delays = meter.createHistogram("waybill.messaging.delay", {
  description:
    "How old the first event of each batch was when its handling began: its time in the stream.",
  unit: "s",
  advice: {
    explicitBucketBoundaries: [
      0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ],
  },
});
const deadLetters = meter.createCounter("waybill.messaging.dead_letters", {
  description: "Messages that were given up and are kept in DEAD_LETTERS, by durable and reason.",
  unit: "{message}",
});
const published = meter.createCounter("messaging.client.sent.messages", {
  description: "Events that were published from the journal and marked so, by stream.",
  unit: "{message}",
});
const failures = meter.createCounter("waybill.relay.failures", {
  description: "Publications that were not acknowledged and are swept later, by stream.",
  unit: "{message}",
});

/** A consumer, as metrics name it. */
export const consumerAttributes = (stream: string, durable: string): Attributes => ({
  "messaging.destination.name": stream,
  "messaging.consumer.group.name": durable,
});

const nanosecondsPerMs = 1_000_000;

/** Tells how late a batch is, by when the stream stored its first message. Unit: ns since 1970. */
export function recordDelay(stream: string, durable: string, storedAtNs: string): void {
  const ageMs = Date.now() - Number(storedAtNs) / nanosecondsPerMs;
  delays.record(Math.max(0, ageMs) / 1_000, consumerAttributes(stream, durable));
}

/** Counts what became of a batch: once for each kind of outcome in it. */
export function countOutcomes(stream: string, durable: string, outcomes: readonly Outcome[]): void {
  const of = consumerAttributes(stream, durable);
  for (const outcome of ["done", "again", "dead"] as const) {
    const count = outcomes.reduce((n, { kind }) => (kind === outcome ? n + 1 : n), 0);
    if (count > 0) consumed.add(count, { ...of, outcome });
  }
}

export const countDeadLetter = (stream: string, durable: string, reason: string): void =>
  deadLetters.add(1, { ...consumerAttributes(stream, durable), reason });

export const countPublished = (stream: string, events: number): void =>
  published.add(events, { "messaging.destination.name": stream });

export const countFailure = (stream: string): void =>
  failures.add(1, { "messaging.destination.name": stream });
