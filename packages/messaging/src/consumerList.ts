import type { StreamSpec } from "@waybill/contracts/events";
import type { ConsumerInfo } from "nats";
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
  connection: Connection,
  stream: StreamSpec,
): Promise<ConsumerState[]> {
  const infos = await durableInfos(connection, stream);
  return infos
    .map((info) => ({
      name: info.name,
      stream: stream.name,
      pending: info.num_pending,
      unacknowledged: info.num_ack_pending,
      redelivered: info.num_redelivered,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** Nobody waits for a durable that has acknowledged nothing for so long. Unit: ms. */
const givenUpAfterMs = 60_000;

/** How many messages the slowest durable of a stream has still to acknowledge, of those that are at work. */
export async function slowestBehind(connection: Connection, stream: StreamSpec): Promise<number> {
  const infos = await durableInfos(connection, stream);
  const behind = infos.filter(isAtWork).map((info) => info.num_pending + info.num_ack_pending);
  return Math.max(0, ...behind);
}

/** By the server's clock alone. */
function isAtWork({ created, ack_floor, ts }: ConsumerInfo): boolean {
  // Not what its type says: a time as text, and none before the first acknowledgement.
  const acknowledgedAt = (ack_floor.last_active as unknown as string | undefined) ?? created;
  const activeAt = Math.max(Date.parse(created), Date.parse(acknowledgedAt));
  return Date.parse(ts ?? created) - activeAt < givenUpAfterMs;
}

async function durableInfos(
  { manager, whileConnected }: Connection,
  { name: stream }: StreamSpec,
): Promise<ConsumerInfo[]> {
  const infos = await whileConnected(async () => {
    const found = [];
    for await (const info of manager.consumers.list(stream)) found.push(info);
    return found;
  }).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw error;
  });
  return infos.filter(({ config }) => config.durable_name !== undefined);
}
