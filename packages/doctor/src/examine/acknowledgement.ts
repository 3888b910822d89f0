import type { Facts } from "./facts.ts";
import type { Complaint } from "./finding.ts";
import { isStored } from "./situation.ts";

/** Promise 6: what is stored stays, is known to status, and is never cancelled as unknown. */
export function examineAcknowledgement(facts: Facts): readonly Complaint[] {
  const { order, status, reservation } = facts;
  const complaints: Complaint[] = [];
  if (status !== undefined && order === undefined)
    complaints.push(["order-lost", `${status.state}, but its content is not stored`]);
  if (status !== undefined && order?.fate === "ABANDONED")
    complaints.push(["tombstone-with-status", `abandoned, but status says ${status.state}`]);
  if (isStored(facts) && order?.announced && status === undefined)
    complaints.push(["announced-but-unknown", "announced, but status does not know it"]);
  const isReleased = reservation?.state === "CANCELLED" || reservation?.state === "BLOCKED";
  if (isStored(facts) && isReleased && status?.state !== "CANCELLED") {
    const text = `${status?.state ?? "not announced"}, but its reservation is ${reservation.state}`;
    complaints.push(["cancelled-as-unknown", text]);
  }
  return complaints;
}
