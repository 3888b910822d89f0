import type { StreamSpec } from "@waybill/contracts/events";
import { type Connection, isNotFound } from "./connection.ts";

/** How a durable consumer stands. */
export interface ConsumerState {
  readonly name: string;
  readonly stream: string;
  /** Messages that it has not been given yet. */
  readonly pending: number;
  /** Messages that it was given and has not acknowledged. */
  readonly unacknowledged: number;
  /** Of these, how many were given more than once. */
  readonly redelivered: number;
}

/** The durable consumers of a stream, by name; none when there is no such stream. Those of readers, which last as long as the reading, are left out. */
export async function durablesOf(
  { manager, whileConnected }: Connection,
  { name: stream }: StreamSpec,
): Promise<ConsumerState[]> {
  const infos = await whileConnected(async () => {
    const found = [];
    for await (const info of manager.consumers.list(stream)) found.push(info);
    return found;
  }).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw error;
  });
  return infos
    .filter(({ config }) => config.durable_name !== undefined)
    .map((info) => ({
      name: info.name,
      stream,
      pending: info.num_pending,
      unacknowledged: info.num_ack_pending,
      redelivered: info.num_redelivered,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}
