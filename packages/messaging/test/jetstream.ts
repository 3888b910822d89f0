import type { StreamSpec } from "@waybill/contracts/events";
import { connect, type JetStreamManager, RetentionPolicy, StorageType } from "nats";

/** What somebody with a NATS tool can do and see, past the code under test. */
export interface JetStream extends AsyncDisposable {
  readonly manager: JetStreamManager;
  /** The message ids of all messages that the stream has, in order. */
  messageIds(stream: StreamSpec): Promise<string[]>;
  /** Makes the stream as if its owner had. */
  create(stream: StreamSpec): Promise<void>;
}

export async function openJetStream(url: string): Promise<JetStream> {
  const connection = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
  });
  const manager = await connection.jetstreamManager({ checkAPI: false, timeout: 500 });
  return {
    manager,
    messageIds: async ({ name }) => {
      const { state } = await manager.streams.info(name);
      const ids: string[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
        const message = await manager.streams.getMessage(name, { seq }).catch(() => undefined);
        if (message !== undefined) ids.push(message.header.get("Nats-Msg-Id"));
      }
      return ids;
    },
    create: async ({ name, subjects }) => {
      await manager.streams.add({
        name,
        subjects: [...subjects],
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
      });
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
