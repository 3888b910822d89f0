import type { BatchConsumer, Relay, RelayOptions } from "@waybill/messaging";
import { PublishError, type Receipt } from "@waybill/messaging";
import { handleBatch } from "../../../messaging/src/batchHandling.ts";
import type { ConsumerSettings } from "../../../messaging/src/consumer.ts";
import type { Delivery } from "../../../messaging/src/delivery.ts";
import type { RelayParts } from "../../../messaging/src/flights.ts";
import { isTransientFailure } from "../../../messaging/src/narrowing.ts";
import { OwnFailures } from "../../../messaging/src/ownFailures.ts";
import { RunningRelay } from "../../../messaging/src/runningRelay.ts";
import type { Appointment, Owner, Scheduler } from "../engine/scheduler.ts";
import type { Chaos } from "../world/chaos.ts";
import { silent } from "../world/process.ts";
import type { Message, Stream } from "./stream.ts";

/** NATS as all processes see it: up, or away for everybody. */
export class Nats {
  isUp = true;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly #scheduler: Scheduler;
  readonly #listeners = new Map<(isUp: boolean) => void, Owner>();

  constructor(streams: readonly Stream[], scheduler: Scheduler) {
    this.streams = new Map(streams.map((stream) => [stream.spec.name, stream]));
    this.#scheduler = scheduler;
  }

  stream(name: string): Stream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new Error(`there is no stream ${name}`);
    return stream;
  }

  /** Everybody notices. */
  become(isUp: boolean): void {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    for (const [listener, owner] of this.#listeners) {
      if (owner.isAlive) this.#scheduler.enter(owner, 0, () => listener(isUp));
    }
  }

  onChange(owner: Owner, listener: (isUp: boolean) => void): () => void {
    this.#listeners.set(listener, owner);
    return () => this.#listeners.delete(listener);
  }
}

export interface MessagingParts {
  readonly nats: Nats;
  readonly scheduler: Scheduler;
  readonly chaos: Chaos;
  readonly world: Owner;
  /** A consumer says that it is done with a message: from now on it may never come again. */
  readonly onAcknowledged: (durable: string, message: Message) => void;
  readonly onGivenUp: (durable: string, why: string) => void;
}

const ackTimeoutMs = 2_000;

/** The production relay over simulated NATS. */
export function relayOf<Row>(
  parts: MessagingParts,
  owner: Owner,
  options: RelayOptions<Row>,
): Relay<Row> {
  const { nats, scheduler, chaos, world } = parts;
  const soon = <T>(answer: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      scheduler.enter(owner, chaos.messageMs(), () => {
        if (nats.isUp) resolve(answer());
        else reject(new Error("not connected to NATS"));
      });
    });
  const publish = (
    subject: string,
    headers: { encode(): Uint8Array },
    data: Uint8Array,
  ): Promise<Receipt> =>
    new Promise((resolve, reject) => {
      const late = scheduler.enter(owner, ackTimeoutMs, () =>
        reject(new PublishError("not acknowledged")),
      );
      if (chaos.losesMessage()) return;
      scheduler.enter(world, chaos.messageMs(), () => {
        if (!nats.isUp) return;
        const stream = nats.stream(options.stream.name);
        const receipt = stream.store(subject, headers.encode(), data, scheduler.now);
        if (chaos.losesMessage()) return;
        scheduler.enter(owner, chaos.messageMs(), () => {
          late.cancel();
          resolve(receipt);
        });
      });
    });
  const relayParts = {
    logger: silent,
    restoreEpoch: 0n, // Nothing is restored from a back-up here.
    connection: {
      get connected() {
        return nats.isUp;
      },
      onChange: (listener: (isUp: boolean) => void) => nats.onChange(owner, listener),
    },
    publisher: { publish },
    behind: (spec: { name: string }) => soon(() => nats.stream(spec.name).behind()),
    streams: {
      state: (spec: { name: string }) =>
        soon(() => {
          const { created, lastSequence } = nats.stream(spec.name);
          return {
            created,
            firstSequence: 1n,
            lastSequence: BigInt(lastSequence),
            restoreEpoch: 0n,
          };
        }),
      has: (spec: { name: string }, sequence: bigint, messageId: string) =>
        soon(() => nats.stream(spec.name).has(sequence, messageId)),
    },
  };
  return new RunningRelay(options, relayParts as unknown as RelayParts);
}

/** How soon what was not acknowledged comes again. Unit: ms. */
const [ackWaitMs, againAfterMs] = [4_000, 800];

/** A pull consumer: production's handling of batches, over simulated deliveries. */
export function consume<E>(parts: MessagingParts, owner: Owner, consumer: BatchConsumer<E>): void {
  const { nats, scheduler, chaos, world, onAcknowledged, onGivenUp } = parts;
  const stream = nats.stream(consumer.stream.name);
  const { durable: name, maxBatch = 256, lanes = 1, gatherMs = 0 } = consumer;
  const settings: ConsumerSettings<E> = {
    isTransient: isTransientFailure,
    ackWaitMs,
    attempts: 3,
    heartbeatMs: 5_000,
    restoreEpoch: 0n,
    ...{ ...consumer, maxBatch, lanes, gatherMs, logger: silent },
  };
  const giveUp = {
    write: async ({ reason, error }: { reason: string; error: string }) =>
      onGivenUp(name, `${reason}: ${error}`),
  };
  const failures = new OwnFailures();
  const stopping = new AbortController();
  let busy = 0;

  let next: { readonly at: number; readonly appointment: Appointment } | undefined;
  const look = (inMs: number): void => {
    const at = scheduler.now + inMs;
    if (next !== undefined && next.at <= at) return;
    next?.appointment.cancel();
    next = { at, appointment: scheduler.enter(owner, inMs, pull) };
  };
  const settle = (message: Message, kind: "done" | "again" | "dead"): void => {
    if (kind !== "again") onAcknowledged(name, message);
    if (chaos.losesMessage()) return;
    scheduler.enter(world, chaos.messageMs(), () => {
      const durable = stream.durable(name);
      const pending = durable.pending.get(message.sequence);
      if (pending === undefined) return;
      if (kind === "again") pending.dueAt = scheduler.now + againAfterMs;
      else durable.pending.delete(message.sequence);
    });
    if (kind === "again") look(againAfterMs + ackWaitMs / 10);
  };
  const work = async (batch: readonly Delivery[], messages: readonly Message[]): Promise<void> => {
    busy += 1;
    const outcomes = await handleBatch(batch, settings, giveUp as never, failures, stopping.signal);
    busy -= 1;
    messages.forEach((message, index) => {
      settle(message, outcomes[index]?.kind ?? "again");
    });
    look(0);
  };
  function pull(): void {
    next = undefined;
    if (busy >= lanes || !nats.isUp) return;
    const messages = takeDue(stream, name, consumer.subjects, maxBatch, parts);
    const durable = stream.durable(name);
    if (messages.length > 0) {
      void work(
        messages.map((message) => toDelivery(message, durable.pending.get(message.sequence))),
        messages,
      );
    }
    const dues = [...durable.pending.values()].map(({ dueAt }) => dueAt);
    if (dues.length > 0) look(Math.max(1, Math.min(...dues) - scheduler.now));
  }
  stream.onNews(() => {
    if (owner.isAlive) look(chaos.messageMs());
  });
  nats.onChange(owner, (isUp) => {
    if (isUp) look(1);
  });
  look(0);
}

/** The next messages, those that are due again first. */
function takeDue(
  stream: Stream,
  name: string,
  subjects: readonly string[],
  limit: number,
  { scheduler, chaos }: MessagingParts,
): Message[] {
  const durable = stream.durable(name);
  const taken: Message[] = [];
  const take = (message: Message): void => {
    const deliveries = (durable.pending.get(message.sequence)?.deliveries ?? 0) + 1;
    // One that is doubled comes again although it is being worked on.
    const dueAt = scheduler.now + (chaos.doublesMessage() ? chaos.messageMs() : ackWaitMs);
    durable.pending.set(message.sequence, { deliveries, dueAt });
    taken.push(message);
  };
  for (const [sequence, { dueAt }] of durable.pending) {
    if (dueAt > scheduler.now || taken.length >= limit) continue;
    const message = stream.messages.get(sequence);
    if (message === undefined) durable.pending.delete(sequence);
    else take(message);
  }
  while (taken.length < limit && durable.cursor < stream.lastSequence) {
    durable.cursor += 1;
    const message = stream.messages.get(durable.cursor);
    if (message !== undefined && subjects.some((filter) => fits(filter, message.subject)))
      take(message);
  }
  return taken;
}

/** Filters end in "*", which stands for the last token. */
const fits = (filter: string, subject: string): boolean => subject.startsWith(filter.slice(0, -1));

const toDelivery = (
  { sequence, subject, data, headers }: Message,
  pending: { readonly deliveries: number } | undefined,
): Delivery =>
  ({
    message: { subject, data },
    header: (name: string) => headers.get(name) ?? "",
    sequence: BigInt(sequence),
    deliveries: pending?.deliveries ?? 1,
    consumerSequence: 0n,
    storedAtNs: "0",
    touchedAt: 0,
  }) as unknown as Delivery;
