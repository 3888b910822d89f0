import { ActorKind } from "@waybill/contracts/status";
import type { OrderFacts } from "../domain/process.ts";

/** As whom the workflow asks for transitions. */
export const workflowActor = { kind: ActorKind.SERVICE, id: "workflow" };

/** What Confirm and Cancel need to know of an order. */
export const transactionOf = ({ orderId, traceparent }: OrderFacts) => ({
  transactionId: orderId,
  traceparent,
});
