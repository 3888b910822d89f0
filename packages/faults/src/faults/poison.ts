import { randomBytes } from "node:crypto";
import { orderEventType, orderSubject, paymentSubject } from "@waybill/contracts/events";
import { ActorKind, OrderEvent, OrderState } from "@waybill/contracts/status";
import { headers as newHeaders } from "nats";
import { onJetStream } from "../jetStream.ts";
import type { Fault } from "./fault.ts";

/** Orders that there are not begin like this, so that their events can be told from real ones. */
export const POISON = "poison";

interface Poison {
  readonly subject: string;
  readonly type: string;
  readonly data: Uint8Array;
}

const event = (id: string, given: Partial<OrderEvent>): Uint8Array =>
  OrderEvent.encode(
    OrderEvent.fromPartial({
      orderId: id,
      userId: "ada",
      version: 1,
      to: OrderState.PENDING,
      actor: { kind: ActorKind.SERVICE, id: "order" },
      occurredAt: new Date(),
      ...given,
    }),
  ).finish();

const kinds: Readonly<Record<string, (id: string) => Poison>> = {
  "garbage bytes": (id) => ({
    subject: orderSubject("placed", id),
    type: orderEventType("placed"),
    data: randomBytes(64),
  }),
  "garbage bytes about a payment": (id) => ({
    subject: paymentSubject("authorized", id),
    type: "waybill.payment.v1.authorized",
    data: randomBytes(64),
  }),
  "an unknown event type": (id) => ({
    subject: `orders.v1.teleported.${id}`,
    type: "waybill.order.v1.teleported",
    data: event(id, {}),
  }),
  "an event of an unknown order": (id) => ({
    subject: orderSubject("processing", id),
    type: orderEventType("processing"),
    data: event(id, { version: 3, to: OrderState.PROCESSING }),
  }),
  "an event that violates an invariant": (id) => ({
    subject: orderSubject("shipped", id),
    type: orderEventType("shipped"),
    data: event(id, { version: -7, to: OrderState.UNSPECIFIED, userId: "" }),
  }),
};

export const poison: Fault = {
  name: "poison",
  description:
    "messages that nobody can handle: garbage, unknown types, unknown orders, impossible content",
  plan: (chance) => {
    const kind = chance.pick(Object.keys(kinds));
    const id = `${POISON}-${chance.between(0, 1_000_000)}`;
    const { subject, type, data } = (kinds[kind] as (id: string) => Poison)(id);
    return {
      what: kind,
      run: ({ stack }) =>
        onJetStream(stack, async (_connection, jetStream) => {
          const headers = newHeaders();
          headers.append("ce-id", `${id}-${Date.now()}`);
          headers.append("ce-type", type);
          await jetStream.publish(subject, data, { headers });
        }),
    };
  },
};
