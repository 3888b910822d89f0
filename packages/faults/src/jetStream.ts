import type { StreamSpec } from "@waybill/contracts/events";
import type { Stack } from "@waybill/stack";
import { connect, type JetStreamClient, type JsMsg, type NatsConnection } from "nats";

const TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const WITHIN_MS = 90_000;
const READ_AT_MOST_MS = 2_000;

/** Does something with JetStream, behind the services' backs; again, when NATS is away. */
export async function onJetStream<T>(
  stack: Stack,
  act: (connection: NatsConnection, jetStream: JetStreamClient) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + WITHIN_MS;
  while (true) {
    let connection: NatsConnection | undefined;
    try {
      connection = await connect({ servers: stack.natsUrl, timeout: TIMEOUT_MS, reconnect: false });
      return await act(connection, connection.jetstream({ timeout: TIMEOUT_MS }));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    } finally {
      await connection?.close();
    }
  }
}

/** The last messages of a stream, at most so many, oldest first. */
export async function lastMessages(
  connection: NatsConnection,
  jetStream: JetStreamClient,
  { name }: StreamSpec,
  count: number,
): Promise<readonly JsMsg[]> {
  const { state } = await (await connection.jetstreamManager()).streams.info(name);
  if (state.messages === 0) return [];
  const first = Math.max(state.first_seq, state.last_seq - count + 1);
  const consumer = await jetStream.consumers.get(name, { opt_start_seq: first });
  const read: JsMsg[] = [];
  const messages = await consumer.fetch({ max_messages: count, expires: READ_AT_MOST_MS });
  for await (const message of messages) {
    read.push(message);
    if (message.seq >= state.last_seq) break;
  }
  return read;
}
