import type { Facts, State, StatusFact, TransitionFact } from "./facts.ts";
import type { Complaint } from "./finding.ts";

/** May this actor, written "KIND id", ask for the transition of an order of this user? */
type Entitlement = (actor: string, userId: string) => boolean;

const service =
  (name: string): Entitlement =>
  (actor) =>
    actor === `SERVICE ${name}`;
const customer: Entitlement = (actor, userId) => actor === `CUSTOMER ${userId}`;
const operator: Entitlement = (actor) => /^(ADMIN|COORDINATOR) ./.test(actor);
const anyOf =
  (...entitlements: readonly Entitlement[]): Entitlement =>
  (actor, userId) =>
    entitlements.some((isEntitled) => isEntitled(actor, userId));

/**
 * The table of the design, written down a second time on purpose: an auditor does not borrow the books' own arithmetic. The admin is
 * the one who acts through the console.
 */
const legal: Readonly<Record<string, Entitlement>> = {
  "new PENDING": customer,
  "PENDING CONFIRMED": anyOf(service("workflow"), operator),
  "PENDING CANCELLED": anyOf(service("workflow"), customer, operator),
  "CONFIRMED PROCESSING": service("workflow"),
  "PROCESSING SHIPPED": service("shipping"),
  "SHIPPED DELIVERED": service("delivery"),
};

/** Promise 4: the journal is whole, legal, and ends in the state that status tells. */
export function examineLifecycle(facts: Facts): readonly Complaint[] {
  const { status, transitions } = facts;
  if (status === undefined) {
    return transitions.length === 0 ? [] : [["journal-without-status", "it has transitions only"]];
  }
  return [
    ...examineVersions(transitions),
    ...transitions.flatMap((transition) => examineTransition(transition, status)),
    ...examineEnd(status, transitions),
    ...examineDecision(status, transitions),
  ];
}

function examineVersions(transitions: readonly TransitionFact[]): readonly Complaint[] {
  const versions = transitions.map(({ version }) => version);
  if (versions.every((version, index) => version === index + 1)) {
    const breaks = transitions.some(({ from }, index) => from !== transitions[index - 1]?.to);
    return breaks ? [["journal-not-chained", `goes ${path(transitions)}`]] : [];
  }
  return [["version-gap", `has the versions ${versions.join(", ")}`]];
}

const path = (transitions: readonly TransitionFact[]): string =>
  transitions.map(({ from, to }) => `${from ?? "new"}→${to}`).join(", ");

function examineTransition(transition: TransitionFact, { userId }: StatusFact): Complaint[] {
  const { from, to, actorKind, actorId } = transition;
  const isEntitled = legal[`${from ?? "new"} ${to}`];
  if (isEntitled === undefined) return [["illegal-transition", `went ${path([transition])}`]];
  if (isEntitled(`${actorKind} ${actorId}`, userId)) return [];
  return [["actor-not-entitled", `${path([transition])} by ${actorKind} ${actorId}`]];
}

function examineEnd(status: StatusFact, transitions: readonly TransitionFact[]): Complaint[] {
  const last = transitions.at(-1);
  const agree =
    last?.to === status.state && last.version === status.version && last.from === status.previous;
  if (agree) return [];
  const told = last === undefined ? "nothing" : `${last.to}, version ${last.version}`;
  const text = `status says ${status.state}, version ${status.version}; the journal ${told}`;
  return [["journal-differs-from-status", text]];
}

const decisions: ReadonlySet<State> = new Set(["CONFIRMED", "CANCELLED"]);

function examineDecision(status: StatusFact, transitions: readonly TransitionFact[]): Complaint[] {
  const made = transitions.filter(({ to }) => decisions.has(to)).length;
  const expected = status.state === "PENDING" ? 0 : 1;
  const complaints: Complaint[] = [];
  if (made !== expected)
    complaints.push(["decided-otherwise-than-once", `${status.state} after ${made} decisions`]);
  if (status.state !== "PENDING" && status.state !== "CANCELLED" && !status.tried)
    complaints.push(["confirmed-untried", "confirmed before its Tries were complete"]);
  return complaints;
}
