import { type ConsumerInfo, connect, type JetStreamManager, type NatsConnection } from "nats";
import type { ConsumerFacts, MessagingFacts } from "./observation.ts";

const withinMs = 1_500;
const deadLetterStream = "DEAD_LETTERS";
/** Streams of events; others, such as a test's, are none of ours. */
const eventStreams = ["ORDERS", "PAYMENTS"] as const;

/** JetStream's own account, which holds also while the services are down. */
export interface Messaging extends AsyncDisposable {
  /** Undefined when NATS does not answer. */
  read(): Promise<MessagingFacts | undefined>;
}

/** Connects when it is first read, and again when NATS was away. */
export function watchMessaging(natsUrl: string): Messaging {
  let connection: NatsConnection | undefined;
  const manager = async () => {
    if (connection === undefined || connection.isClosed())
      connection = await connect({
        servers: natsUrl.split(","),
        timeout: withinMs,
        reconnect: false,
      });
    return connection.jetstreamManager({ timeout: withinMs, checkAPI: false });
  };
  return {
    read: async () => {
      try {
        return await readFacts(await manager());
      } catch {
        return undefined;
      }
    },
    [Symbol.asyncDispose]: async () => connection?.close(),
  };
}

async function readFacts(manager: JetStreamManager): Promise<MessagingFacts> {
  const [consumers, deadLetters] = await Promise.all([
    Promise.all(eventStreams.map((stream) => readConsumers(manager, stream))),
    manager.streams.info(deadLetterStream).then(
      ({ state }) => state.messages,
      () => 0, // It is made with the first dead letter.
    ),
  ]);
  return { consumers: consumers.flat(), deadLetters };
}

async function readConsumers(
  manager: JetStreamManager,
  stream: string,
): Promise<readonly ConsumerFacts[]> {
  const infos = await manager.consumers
    .list(stream)
    .next()
    .catch((): ConsumerInfo[] => []); // Nobody has made this stream yet.
  const durables = infos.filter(({ config }) => config.durable_name !== undefined);
  const facts = durables.map(async (info) => ({
    stream,
    durable: info.name,
    pending: info.num_pending,
    unsettled: info.num_ack_pending,
    redelivered: info.num_redelivered,
    readers: info.num_waiting,
    isPaused: info.paused ?? false,
    oldestAt: await oldestAt(manager, stream, info),
  }));
  return (await Promise.all(facts)).sort((a, b) => a.durable.localeCompare(b.durable));
}

/** When the first event after all that are settled was stored. */
async function oldestAt(
  manager: JetStreamManager,
  stream: string,
  { config, num_pending, num_ack_pending, ack_floor }: ConsumerInfo,
): Promise<number | undefined> {
  if (num_pending + num_ack_pending === 0) return undefined;
  const seq = ack_floor.stream_seq + 1;
  const subjects = config.filter_subjects ?? [config.filter_subject ?? ">"];
  const times = subjects.map(
    (next_by_subj) =>
      manager.streams
        // The server takes both; the client's type knows only one at a time.
        .getMessage(stream, { seq, next_by_subj } as { seq: number })
        .then(({ time }) => time.getTime())
        .catch(() => Number.POSITIVE_INFINITY), // There is none of this subject.
  );
  const first = Math.min(...(await Promise.all(times)));
  return Number.isFinite(first) ? first : undefined;
}
