import type { Logger } from "@waybill/chassis";
import type { Channel } from "../domain/notification.ts";
import type { Message, Provider } from "./provider.ts";

const concurrency = 16;

/** More than so many messages make another line. */
const maxPerLine = 100;

/** Sends nothing: notes messages in the log, without text and address, and calls them sent. Those of one moment share a line. */
export function logProvider(channel: Channel, logger: Logger): Provider {
  const noted: Pick<Message, "orderId" | "version">[] = [];
  const write = () => {
    const messages = noted.splice(0).map(({ orderId, version }) => `${orderId}.${version}`);
    if (messages.length > 0)
      logger.info({ channel, messages }, "would be sent, if there were a provider");
  };
  return {
    concurrency,
    send: async (message) => {
      if (noted.length === 0) setImmediate(write); // Writing a line costs more than all else here.
      noted.push(message);
      if (noted.length === maxPerLine) write();
      return { kind: "sent" };
    },
    [Symbol.asyncDispose]: async () => write(),
  };
}
