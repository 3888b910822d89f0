import type {
  Status as StatusMessage,
  Transition as TransitionMessage,
} from "@waybill/contracts/status";
import { ActorKind, OrderState, ReservationMode } from "@waybill/contracts/status";
import type { Actor, State } from "../domain/lifecycle.ts";
import type { Status, Transition } from "../domain/status.ts";

const stateByNumber = new Map<number, State>([
  [OrderState.PENDING, "PENDING"],
  [OrderState.CONFIRMED, "CONFIRMED"],
  [OrderState.PROCESSING, "PROCESSING"],
  [OrderState.SHIPPED, "SHIPPED"],
  [OrderState.DELIVERED, "DELIVERED"],
  [OrderState.CANCELLED, "CANCELLED"],
]);

const actorKindByNumber = new Map<number, Actor["kind"]>([
  [ActorKind.CUSTOMER, "CUSTOMER"],
  [ActorKind.ADMIN, "ADMIN"],
  [ActorKind.COORDINATOR, "COORDINATOR"],
  [ActorKind.SERVICE, "SERVICE"],
]);

/** The state of a contract's number; undefined for UNSPECIFIED and unknown numbers. */
export const toState = (state: number): State | undefined => stateByNumber.get(state);

/** The actor kind of a contract's number; undefined for UNSPECIFIED and unknown numbers. */
export const toActorKind = (kind: number): Actor["kind"] | undefined => actorKindByNumber.get(kind);

export function statusMessage(status: Status): StatusMessage {
  return {
    ...status,
    state: OrderState[status.state],
    previousState: OrderState[status.previousState ?? "UNSPECIFIED"],
    reservationMode: ReservationMode[status.reservationMode],
  };
}

export function transitionMessage(transition: Transition): TransitionMessage {
  const { actor } = transition;
  return {
    ...transition,
    from: OrderState[transition.from ?? "UNSPECIFIED"],
    to: OrderState[transition.to],
    actor: { kind: ActorKind[actor.kind], id: actor.id },
  };
}
