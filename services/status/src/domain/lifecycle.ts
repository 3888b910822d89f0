/** The states of an order and who may move it. */

export type State = "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED";

export type ActorKind = "CUSTOMER" | "ADMIN" | "COORDINATOR" | "SERVICE";

/** Who asks for a transition: a person, an outside coordinator, or a service by its name. */
export interface Actor {
  readonly kind: ActorKind;
  readonly id: string;
}

/** May this actor ask for this transition of an order of this user? */
type Entitlement = (actor: Actor, userId: string) => boolean;

const service =
  (name: string): Entitlement =>
  (actor) =>
    actor.kind === "SERVICE" && actor.id === name;
const admin: Entitlement = (actor) => actor.kind === "ADMIN";
const coordinator: Entitlement = (actor) => actor.kind === "COORDINATOR";
const ownCustomer: Entitlement = (actor, userId) =>
  actor.kind === "CUSTOMER" && actor.id === userId;
const anyOf =
  (...entitlements: Entitlement[]): Entitlement =>
  (actor, userId) =>
    entitlements.some((entitled) => entitled(actor, userId));

/** The one state machine of an order: for each state, where it can go, and who may ask for it. */
const transitions: Record<State, Partial<Record<State, Entitlement>>> = {
  PENDING: {
    CONFIRMED: anyOf(service("workflow"), coordinator, admin),
    CANCELLED: anyOf(service("workflow"), ownCustomer, coordinator, admin),
  },
  CONFIRMED: { PROCESSING: service("workflow") },
  PROCESSING: { SHIPPED: service("shipping") },
  SHIPPED: { DELIVERED: service("delivery") },
  DELIVERED: {},
  CANCELLED: {},
};

/** The rule for this transition, or undefined when there is no such transition. */
export function entitlementOf(from: State, to: State): Entitlement | undefined {
  return transitions[from][to];
}

/** May this actor say that both Tries of an order have succeeded? */
export const mayMarkTried = (actor: Actor): boolean => service("workflow")(actor, "");

/** An order in this state moves no more. */
export function isTerminal(state: State): boolean {
  return Object.keys(transitions[state]).length === 0;
}
