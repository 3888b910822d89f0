import type { Facts, TransitionFact } from "./facts.ts";
import type { Complaint } from "./finding.ts";
import { patience } from "./patience.ts";

/** Promise 5: one notification per event, and of nothing else. There can be no second one: order and version are the primary key. */
export function examineNotifications(
  { transitions, notifications }: Facts,
  now: number,
): readonly Complaint[] {
  const told = new Map(notifications.map(({ version, state }) => [version, state]));
  const latest = Math.max(0, ...told.keys());
  const complaints: Complaint[] = [];
  for (const transition of transitions) {
    const { version, to } = transition;
    const state = told.get(version);
    told.delete(version);
    if (state === undefined && isOverdue(transition, latest, now))
      complaints.push(["notification-missing", `nobody was told of ${to}, version ${version}`]);
    if (state !== undefined && state !== to)
      complaints.push(["notification-of-another-event", `told of ${state} instead of ${to}`]);
  }
  for (const [version, state] of told)
    complaints.push(["notification-without-event", `told of ${state}, version ${version}`]);
  return complaints;
}

/** The service may be away for a while; but what it has passed over it will not come back to. */
function isOverdue(transition: TransitionFact, latest: number, now: number): boolean {
  const { version, published, occurredAt } = transition;
  const waitMs = version < latest ? patience.graceMs : patience.untoldMs;
  return published && occurredAt + waitMs < now && occurredAt + patience.retainedMs > now;
}
