import type { Facts } from "./facts.ts";
import type { Complaint } from "./finding.ts";
import { patience } from "./patience.ts";
import { isListed, isStillCared, isStored, isTerminal, openParticipants } from "./situation.ts";

/** Promise 3: every order moves, or is listed by the workflow, or is going to be announced again. */
export function examineProgress(facts: Facts, now: number): readonly Complaint[] {
  const { order, status, process, delivery } = facts;
  if (status === undefined) {
    const isLate = order !== undefined && order.placedAt + patience.unlistedMs < now;
    if (!isStored(facts) || order?.announced || !isLate) return [];
    return [["unannounced-for-long", `stored at ${time(order.placedAt)}, and not announced yet`]];
  }
  if (status.state === "CANCELLED") return examineCancels(facts, now);
  if (isTerminal(status.state) || isListed(facts, now)) return [];
  if (delivery !== undefined && delivery.dueAt + patience.graceMs > now) return []; // On its way to the customer.
  const since = `${status.state} since ${time(status.movedAt)}`;
  const unlisted = (text: string): Complaint =>
    process === undefined
      ? ["stuck-unlisted", `${since}, not listed as waiting or stuck${text}`]
      : ["stuck-overdue", `${since}, ${listing(process)}, due at ${time(process.nextAt)}${text}`];
  if (status.movedAt + patience.unlistedMs < now) return [unlisted("")];
  if (status.movedAt + patience.graceMs >= now) return [];
  if (status.reannounceAt === undefined || status.reannounceAt + patience.graceMs < now)
    return [unlisted(", and not going to be announced again")];
  return [];
}

/** The order has ended, but not what was held for it. */
function examineCancels(facts: Facts, now: number): readonly Complaint[] {
  const left = openParticipants(facts).filter(
    ({ expiresAt }) => !isStillCared(facts, expiresAt, now),
  );
  if (left.length === 0) return [];
  const names = left.map(({ name }) => name).join(" and ");
  return [["cancel-unfinished", `CANCELLED, but not so its ${names}`]];
}

/** Where an order is that has not ended, for people; undefined when it has. */
export function underWay(facts: Facts): string | undefined {
  const { order, status, process } = facts;
  const listed = process === undefined ? "" : `, ${listing(process)}`;
  if (status === undefined) {
    if (isStored(facts))
      return `stored, not ${order?.announced ? "known to status" : "announced yet"}`;
    return openParticipants(facts).length > 0 ? "held or authorised, not stored" : undefined;
  }
  if (status.state === "CANCELLED") {
    if (process === undefined && openParticipants(facts).length === 0) return undefined;
    return `CANCELLED, Cancels not finished${listed}`;
  }
  return isTerminal(status.state) ? undefined : `${status.state}${listed}`;
}

const listing = ({ state, step }: { state: string; step: string }): string =>
  `${state === "STUCK" ? "stuck" : "waits"} in ${step}`;

export const time = (ms: number): string => new Date(ms).toISOString();
