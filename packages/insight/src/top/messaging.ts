import { oldestUnsettled } from "@waybill/messaging/oldestUnsettled";
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
    // One message that cannot be looked at is not NATS that does not answer.
    oldestAt: (await oldestUnsettled(manager, info).catch(() => undefined))?.getTime(),
  }));
  return (await Promise.all(facts)).sort((a, b) => a.durable.localeCompare(b.durable));
}
