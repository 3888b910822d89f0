import { paymentsStream } from "@waybill/contracts/events";
import { PaymentEvent } from "@waybill/contracts/payment";
import { type BatchConsumer, dead, done } from "@waybill/messaging";
import type { Nudge } from "../app/handleNudges.ts";
import type { ConsumerSize } from "./onOrders.ts";

/** Late answers of payment providers: reasons to ask again, which does no harm. Of all subjects, as onOrders. */
export const onPayments = (
  handle: (nudges: readonly Nudge[]) => Promise<void>,
  size: ConsumerSize,
): BatchConsumer<PaymentEvent> => ({
  durable: "workflow-payments", // Renaming it reads the whole stream again.
  stream: paymentsStream,
  subjects: paymentsStream.subjects,
  decode: (bytes) => PaymentEvent.decode(bytes),
  handle: async (events) => {
    const nudges = events.map(({ event: { transactionId: orderId }, traceparent }) => ({
      orderId,
      traceparent,
    }));
    await handle(nudges.filter(({ orderId }) => orderId !== ""));
    return nudges.map(({ orderId }) =>
      orderId === "" ? dead("INVALID_EVENT", "transaction_id is empty") : done,
    );
  },
  ...size,
});
