import { deadLettersStream } from "@waybill/contracts/events";
import { connect } from "nats";

const WITHIN_MS = 2_000;

/** How many messages consumers have given up. The URL may be a list, separated by commas. Undefined when NATS does not tell. */
export async function countDeadLetters(natsUrl: string): Promise<number | undefined> {
  try {
    const servers = natsUrl.split(",");
    const connection = await connect({ servers, timeout: WITHIN_MS, reconnect: false });
    try {
      const manager = await connection.jetstreamManager({ timeout: WITHIN_MS });
      return (await manager.streams.info(deadLettersStream.name)).state.messages;
    } finally {
      await connection.close();
    }
  } catch {
    return undefined; // It is not needed for any of the promises.
  }
}
