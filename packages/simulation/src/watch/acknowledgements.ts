import { type Facts, paymentOf, reservationOf, rowOf, stateOf } from "./facts.ts";

/** A consumer has acknowledged an event of this order: what does the event call for that is not committed? */
export function unrecorded(
  facts: Facts,
  durable: string,
  event: string,
  orderId: string,
): string | undefined {
  const waits = rowOf(facts, "workflow", "processes", orderId) !== undefined;
  const missing = (what: string): string =>
    `${durable} acknowledged ${event} of ${orderId}, and ${what} is not committed`;
  switch (`${durable} ${event}`) {
    case "shipping processing":
      return rowOf(facts, "shipping", "shipments", orderId) ? undefined : missing("the shipment");
    case "delivery shipped":
      return rowOf(facts, "delivery", "deliveries", orderId) ? undefined : missing("the delivery");
    case "workflow placed":
      return waits || stateOf(facts, orderId) !== "PENDING"
        ? undefined
        : missing("what to do next");
    case "workflow confirmed":
      return waits || stateOf(facts, orderId) !== "CONFIRMED" ? undefined : missing("the Confirm");
    case "workflow cancelled": {
      const isReleased = reservationOf(facts, orderId) !== "TRIED";
      const isVoided = !["TRYING", "PENDING", "TRIED"].includes(paymentOf(facts, orderId));
      return waits || (isReleased && isVoided) ? undefined : missing("the Cancel");
    }
    default:
      return undefined;
  }
}
