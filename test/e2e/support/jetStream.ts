import type { StreamSpec } from "@waybill/contracts/events";
import type { Stack } from "@waybill/stack";
import { connect, headers, type JetStreamManager } from "nats";
import { eventually } from "./eventually.ts";

/** What somebody with a NATS tool can do to the streams, behind the services' backs. */
export interface JetStream extends AsyncDisposable {
  readonly manager: JetStreamManager;
  /** Publishes whatever it is given, in a trace or none; resolves when the stream has it, with its sequence. */
  publish(subject: string, data: Uint8Array, traceparent?: string): Promise<number>;
  /** Deletes the last message of a subject as soon as the stream has it. */
  deleteMessage(stream: StreamSpec, subject: string): Promise<void>;
  /** Deletes a stream and creates an empty one of the same settings. */
  replace(stream: StreamSpec): Promise<void>;
}

export async function openJetStream(stack: Stack): Promise<JetStream> {
  const connection = await connect({ servers: stack.natsUrl });
  const manager = await connection.jetstreamManager();
  return {
    manager,
    publish: async (subject, data, traceparent) => {
      const all = headers();
      if (traceparent !== undefined) all.set("traceparent", traceparent);
      return (await connection.jetstream().publish(subject, data, { headers: all })).seq;
    },
    deleteMessage: ({ name }, subject) =>
      eventually(`a message on ${subject}`, async () => {
        const { seq } = await manager.streams.getMessage(name, { last_by_subj: subject });
        return manager.streams.deleteMessage(name, seq);
      }).then(() => {}),
    replace: async ({ name }) => {
      const { config } = await manager.streams.info(name);
      await manager.streams.delete(name);
      await manager.streams.add(config);
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
