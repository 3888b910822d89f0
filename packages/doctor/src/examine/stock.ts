import type { Facts } from "./facts.ts";
import type { Complaint } from "./finding.ts";
import { isSettled, isStillCared, isStored, mayBeForgotten } from "./situation.ts";

/** Promise 1, order by order: what is sold is deducted, what is not is released. The sums per item are checked apart. */
export function examineStock(facts: Facts, now: number): readonly Complaint[] {
  return [...examineDeduction(facts, now), ...examineHold(facts, now), ...examineContent(facts)];
}

/** Stock is deducted when the order is confirmed, and only then. */
function examineDeduction(facts: Facts, now: number): readonly Complaint[] {
  const state = facts.status?.state;
  const held = facts.reservation?.state ?? "none";
  if (isSettled(facts)) {
    if (held === "CONFIRMED" || (held === "none" && mayBeForgotten(facts, now))) return [];
    return [["sold-without-stock", `${state}, but its reservation is ${held}`]];
  }
  if (held !== "CONFIRMED") return [];
  if (state === "PENDING")
    return [["stock-taken-undecided", "PENDING, but its reservation is CONFIRMED"]];
  if (state === "CANCELLED")
    return [["stock-taken-from-cancelled", "CANCELLED, but its reservation is CONFIRMED"]];
  if (state === undefined)
    return [["stock-taken-without-order", "its stock is deducted, but there is no such order"]];
  return [];
}

/** Stock is held as long as the order is open, and no longer. */
function examineHold(facts: Facts, now: number): readonly Complaint[] {
  const { order, status, reservation } = facts;
  const isOpen = status === undefined || status.state === "PENDING" || status.state === "CONFIRMED";
  if (reservation === undefined && isStored(facts) && order?.held && isOpen)
    return [["open-without-hold", "placed with a hold, but there is no reservation"]];
  if (reservation?.state !== "TRIED" || isStillCared(facts, reservation.expiresAt, now)) return [];
  if (status?.state === "CANCELLED")
    return [["hold-outlives-cancel", "CANCELLED, but its stock is held, and nobody is at it"]];
  if (status === undefined && !isStored(facts))
    return [["hold-without-order", "its stock is held beyond its expiry, but it is no order"]];
  return [];
}

function examineContent(facts: Facts): readonly Complaint[] {
  const { order, reservation } = facts;
  if (!isStored(facts) || reservation === undefined || reservation.state === "BLOCKED") return [];
  if (reservation.lines === order?.lines) return [];
  return [["reserved-otherwise", `ordered ${order?.lines}, reserved ${reservation.lines}`]];
}
