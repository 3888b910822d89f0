import type { Facts } from "./facts.ts";
import type { Complaint } from "./finding.ts";

/** Promise 5: one shipment and one delivery, and not before their time. There can be no second one: the order is the primary key. */
export function examineFulfilment({ status, shipment, delivery }: Facts): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const state = status?.state ?? "unknown";
  const isShipped = state === "SHIPPED" || state === "DELIVERED";
  if (isShipped && shipment === undefined)
    complaints.push(["shipment-missing", `${state}, but there is no shipment`]);
  if (shipment !== undefined && !isShipped && state !== "PROCESSING")
    complaints.push(["shipped-too-early", `${state}, but a shipment is booked`]);
  if (shipment !== undefined && !shipment.tracked)
    complaints.push(["shipment-untracked", "its shipment has no tracking number"]);
  if (state === "DELIVERED" && delivery === undefined)
    complaints.push(["delivery-missing", "DELIVERED, but there is no delivery"]);
  if (delivery !== undefined && !isShipped)
    complaints.push(["delivered-too-early", `${state}, but a delivery was begun`]);
  return complaints;
}
