import { AckPolicy, DeliverPolicy, NatsError, nanos, ReplayPolicy } from "nats";
import { type Connection, isNotFound } from "./connection.ts";
import type { ConsumerSettings } from "./consumer.ts";
import { epochOfStream, mismatchOf } from "./restoreEpoch.ts";
import { missing } from "./streams.ts";

/** When the durable was created: another time means another durable under the same name. */
export interface DurableIdentity {
  readonly consumer: string;
}

/**
 * Creates the durable consumer, or brings the settings of an existing one up to date. A durable
 * that was lost begins at the first message that the stream has: consumers are idempotent.
 * Throws when the stream does not exist or is of another restore epoch (its owner will create it), or NATS cannot be reached.
 */
export async function ensureDurable<E>(
  connection: Connection,
  settings: ConsumerSettings<E>,
): Promise<DurableIdentity> {
  const { stream, durable, subjects, lanes, maxBatch, ackWaitMs, restoreEpoch } = settings;
  const { consumers, streams } = connection.manager;
  const { config: found } = await streams.info(stream.name).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    throw missing(stream);
  });
  const mismatch = mismatchOf(stream, epochOfStream(found), restoreEpoch);
  if (mismatch !== undefined) throw new Error(mismatch);
  const changeable = {
    ack_wait: nanos(ackWaitMs),
    max_deliver: -1,
    max_ack_pending: maxAckPending(lanes * maxBatch),
    filter_subjects: [...subjects],
  };
  const config = {
    durable_name: durable,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    ack_policy: AckPolicy.Explicit,
    ...changeable,
  };
  const { created } = await consumers.add(stream.name, config).catch((error: unknown) => {
    if (!isOtherwiseConfigured(error)) throw error;
    return consumers.update(stream.name, durable, changeable);
  });
  return { consumer: created };
}

/** Shared by all replicas, so well above what one of them holds. */
const maxAckPending = (inFlight: number): number => Math.max(8_192, 16 * inFlight);

/** JetStream's codes for: the consumer exists, with other settings. */
const otherwiseConfigured = new Set<unknown>([10_013, 10_148]);

const isOtherwiseConfigured = (error: unknown): boolean =>
  error instanceof NatsError && otherwiseConfigured.has(error.api_error?.err_code);
