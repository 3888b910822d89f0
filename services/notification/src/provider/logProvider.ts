import type { Logger } from "@waybill/chassis";
import type { Channel } from "../domain/notification.ts";
import type { Provider } from "./provider.ts";

const concurrency = 16;

/** Sends nothing: writes one line per message into the log, without text and address, and calls it sent. */
export const logProvider = (channel: Channel, logger: Logger): Provider => ({
  concurrency,
  send: async ({ orderId, version, recipient: { userId } }) => {
    logger.info({ channel, orderId, version, userId }, "would be sent, if there were a provider");
    return { kind: "sent" };
  },
  [Symbol.asyncDispose]: async () => {},
});
