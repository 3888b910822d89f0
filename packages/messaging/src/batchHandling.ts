import { type Span, SpanStatusCode } from "@opentelemetry/api";
import type { ConsumerSettings } from "./consumer.ts";
import type { DeadLetterWriter } from "./deadLetterWriter.ts";
import type { Delivery } from "./delivery.ts";
import { countDeadLetter, countOutcomes } from "./messagingMetrics.ts";
import { handleNarrowing } from "./narrowing.ts";
import { again, dead, type Outcome } from "./outcome.ts";
import type { OwnFailures } from "./ownFailures.ts";
import {
  inSpan,
  type Received,
  startBatchSpan,
  startMessageSpan,
  type Unpacked,
  unpack,
} from "./received.ts";
import { BeforeRestoreError, beforeRestore, expectEpoch } from "./restoreEpoch.ts";

/** The reason of dead letters that could not be decoded. */
export const undecodable = "UNDECODABLE";

/**
 * Decodes and handles a batch, and keeps what is given up in DEAD_LETTERS: "dead" is answered only
 * for what is kept there. Never throws; one outcome per delivery.
 */
export async function handleBatch<E>(
  batch: readonly Delivery[],
  settings: ConsumerSettings<E>,
  deadLetters: DeadLetterWriter,
  failures: OwnFailures,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const span = startBatchSpan(settings.durable, batch);
  try {
    return await inSpan(span, async () => {
      const handled = await handleReadable(batch, settings, failures, signal, span);
      const outcomes = await keepDead(batch, handled, settings, deadLetters);
      batch.forEach(({ sequence }, index) => {
        if (outcomes[index]?.kind !== "again") failures.forget(sequence);
      });
      countOutcomes(settings.stream.name, settings.durable, outcomes);
      return outcomes;
    });
  } finally {
    span?.end();
  }
}

async function handleReadable<E>(
  batch: readonly Delivery[],
  settings: ConsumerSettings<E>,
  failures: OwnFailures,
  signal: AbortSignal,
  span: Span | undefined,
): Promise<readonly Outcome[]> {
  const read = batch.map((delivery) => tryUnpack(delivery, settings, span));
  const readable = read.flatMap((result) => ("received" in result ? [result] : []));
  const outcomes = await handleNarrowing(
    readable.map(({ received }) => received),
    {
      handle: (events) => settings.handle(events, signal),
      isTransient: (error) => signal.aborted || settings.isTransient(error),
      isHopeless: ({ sequence }) => failures.add(sequence) >= settings.attempts,
      onFailure: (error, events) => logFailure(error, events, settings),
    },
  );
  readable.forEach(({ span: own, delivery }, index) => {
    endSpan(own, outcomes[index], delivery);
  });
  let next = 0;
  return read.map((result) => ("received" in result ? (outcomes[next++] ?? again) : result));
}

function tryUnpack<E>(
  delivery: Delivery,
  { durable, decode, restoreEpoch }: ConsumerSettings<E>,
  span: Span | undefined,
): Unpacked<E> | Outcome {
  const own = startMessageSpan(durable, delivery, span);
  try {
    expectEpoch(delivery.header, restoreEpoch);
    return unpack(delivery, decode, own);
  } catch (error) {
    const outcome = dead(error instanceof BeforeRestoreError ? beforeRestore : undecodable, error);
    endSpan(own, outcome, delivery);
    return outcome;
  }
}

function logFailure<E>(
  error: unknown,
  events: readonly Received<E>[],
  { durable, logger }: ConsumerSettings<E>,
): void {
  const [first] = events;
  const about = {
    durable,
    events: events.length,
    id: first?.id,
    sequence: String(first?.sequence),
  };
  logger.error({ ...about, error }, "handling events failed");
}

/** What went wrong is an event of the span, with how often the message had been delivered. */
function endSpan(
  span: Span | undefined,
  outcome: Outcome = again,
  { deliveries }: Pick<Delivery, "deliveries">,
): void {
  if (span === undefined) return;
  if (outcome.kind === "again") span.addEvent("nak", { "waybill.attempt": deliveries });
  if (outcome.kind === "dead") {
    const { reason } = outcome;
    span.addEvent("dead letter", { "waybill.attempt": deliveries, "waybill.reason": reason });
    span.setAttribute("error.type", reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }
  span.setAttribute("waybill.outcome", outcome.kind);
  span.end();
}

function keepDead<E>(
  batch: readonly Delivery[],
  outcomes: readonly Outcome[],
  { durable, stream, logger }: ConsumerSettings<E>,
  deadLetters: DeadLetterWriter,
): Promise<readonly Outcome[]> {
  const keep = async (outcome: Outcome, delivery: Delivery | undefined): Promise<Outcome> => {
    if (outcome.kind !== "dead" || delivery === undefined) return outcome;
    const { reason, error } = outcome;
    const about = { durable, reason, why: error, sequence: String(delivery.sequence) };
    try {
      await deadLetters.write({ consumer: durable, stream: stream.name, delivery, reason, error });
      countDeadLetter(stream.name, durable, reason);
      logger.error(about, "a message was given up and is kept in DEAD_LETTERS");
      return outcome;
    } catch (failure) {
      logger.error({ ...about, error: failure }, "a message cannot be kept in DEAD_LETTERS yet");
      return again;
    }
  };
  return Promise.all(outcomes.map((outcome, index) => keep(outcome, batch[index])));
}
