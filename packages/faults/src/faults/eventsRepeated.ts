import { ordersStream, paymentsStream } from "@waybill/contracts/events";
import { type JsMsg, type MsgHdrs, headers as newHeaders } from "nats";
import { lastMessages, onJetStream } from "../jetStream.ts";
import { lasting } from "../patience.ts";
import type { Fault } from "./fault.ts";

const EVENTS = 2_000;
const MESSAGE_ID = "Nats-Msg-Id";
/** Long enough for most orders to move on, or to end, before their events come again. */
const LATER_MS = 5_000;

const ways = ["once more", "once more, much later", "once more, in reverse order"] as const;

export const eventsRepeated: Fault = {
  name: "events-repeated",
  description: "every event once more: at once, much later, or in reverse order",
  plan: (chance) => {
    const stream = chance.pick([ordersStream, ordersStream, paymentsStream]);
    const how = chance.pick(ways);
    return {
      what: `the last ${EVENTS} events of ${stream.name} ${how}`,
      run: ({ stack }, signal) =>
        onJetStream(stack, async (connection, jetStream) => {
          const messages = [...(await lastMessages(connection, jetStream, stream, EVENTS))];
          if (how === "once more, much later") await lasting(LATER_MS, signal);
          if (how === "once more, in reverse order") messages.reverse();
          for (const message of messages)
            await jetStream.publish(message.subject, message.data, { headers: copied(message) });
        }),
    };
  },
};

/** All headers but the one by which the stream would know it for a duplicate. */
function copied(message: JsMsg): MsgHdrs {
  const headers = newHeaders();
  for (const [name, values] of message.headers ?? [])
    for (const value of values) if (name !== MESSAGE_ID) headers.append(name, value);
  return headers;
}
