import type { Actor, State } from "./lifecycle.ts";
import { entitlementOf, mayMarkTried } from "./lifecycle.ts";

/** An amount in minor units of an ISO 4217 currency. */
export interface Money {
  readonly minorUnits: bigint;
  readonly currency: string;
}

/** Where an order is. `version` counts its transitions from 1, without gaps. */
export interface Status {
  readonly orderId: string;
  readonly userId: string;
  readonly state: State;
  readonly previousState: State | undefined;
  readonly version: number;
  readonly tried: boolean;
  readonly reservationMode: "HELD" | "DEFERRED";
  readonly total: Money | undefined;
  readonly placedAt: Date;
  readonly movedAt: Date;
  /** Only for an order of an outside coordinator. */
  readonly expiresAt: Date | undefined;
  readonly reason: string;
  readonly traceparent: string;
}

/** One journal row: what happened, why, by whom and in which trace. */
export interface Transition {
  readonly orderId: string;
  readonly version: number;
  readonly from: State | undefined;
  readonly to: State;
  readonly reason: string;
  readonly actor: Actor;
  readonly occurredAt: Date;
  readonly traceparent: string;
}

export interface Create {
  readonly kind: "create";
  readonly orderId: string;
  readonly userId: string;
  readonly total: Money | undefined;
  readonly reservationMode: "HELD" | "DEFERRED";
  readonly placedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly traceparent: string;
}

/** Both Tries of an order have succeeded. */
export interface Tried {
  /** Of an order that had no prices when it was placed. */
  readonly total: Money | undefined;
}

export interface Move {
  readonly kind: "move";
  readonly orderId: string;
  readonly from: State;
  readonly to: State;
  readonly reason: string;
  readonly actor: Actor;
  readonly traceparent: string;
  /** Marks the order tried in the same step. */
  readonly tried?: Tried | undefined;
}

export interface MarkTried extends Tried {
  readonly kind: "markTried";
  readonly orderId: string;
  readonly traceparent: string;
}

export type Command = Create | Move | MarkTried;

export type RefusalReason =
  | "NOT_FOUND"
  | "ILLEGAL_TRANSITION"
  | "STATE_MISMATCH"
  | "ACTOR_NOT_ENTITLED"
  | "TRY_INCOMPLETE"
  | "CANCELLED";

/** What a command leads to. Losing a race is a refusal that tells the current status, never an exception. */
export type Verdict =
  | { readonly kind: "moved"; readonly status: Status; readonly transition: Transition }
  | { readonly kind: "marked"; readonly status: Status }
  | { readonly kind: "replayed"; readonly status: Status }
  | {
      readonly kind: "refused";
      readonly reason: RefusalReason;
      readonly command: Command;
      readonly current: Status | undefined;
    };

/** Decides one command on the current status (undefined: the order is unknown). Total and pure. */
export function decide(current: Status | undefined, command: Command, now: Date): Verdict {
  switch (command.kind) {
    case "create":
      return current === undefined ? created(command, now) : { kind: "replayed", status: current };
    case "move":
      return decideMove(current, command, now);
    case "markTried":
      return decideMarkTried(current, command);
    default:
      return command satisfies never;
  }
}

function created(command: Create, now: Date): Verdict {
  const { kind: _, placedAt = now, ...content } = command;
  const status: Status = {
    ...content,
    state: "PENDING",
    previousState: undefined,
    version: 1,
    tried: false,
    placedAt,
    movedAt: now,
    reason: "",
  };
  const actor: Actor = { kind: "CUSTOMER", id: command.userId };
  return { kind: "moved", status, transition: transitionTo(status, actor, command.traceparent) };
}

function decideMove(current: Status | undefined, command: Move, now: Date): Verdict {
  const refuse = (reason: RefusalReason): Verdict => ({
    kind: "refused",
    reason,
    command,
    current,
  });
  if (current === undefined) return refuse("NOT_FOUND");
  const isEntitled = entitlementOf(command.from, command.to);
  if (isEntitled === undefined) return refuse("ILLEGAL_TRANSITION");
  const isMarked = command.tried === undefined || mayMarkTried(command.actor);
  if (!isEntitled(command.actor, current.userId) || !isMarked) return refuse("ACTOR_NOT_ENTITLED");
  if (current.state === command.to && current.previousState === command.from) {
    return { kind: "replayed", status: current };
  }
  if (current.state !== command.from) return refuse("STATE_MISMATCH");
  const tried = command.tried === undefined ? current : markTried(current, command.tried);
  if (command.to === "CONFIRMED" && !tried.tried) return refuse("TRY_INCOMPLETE");
  const status: Status = {
    ...tried,
    state: command.to,
    previousState: command.from,
    version: current.version + 1,
    movedAt: now,
    reason: command.reason,
  };
  return {
    kind: "moved",
    status,
    transition: transitionTo(status, command.actor, command.traceparent),
  };
}

function decideMarkTried(current: Status | undefined, command: MarkTried): Verdict {
  if (current === undefined) {
    return { kind: "refused", reason: "NOT_FOUND", command, current };
  }
  if (current.state === "CANCELLED") {
    return { kind: "refused", reason: "CANCELLED", command, current };
  }
  if (current.tried) return { kind: "replayed", status: current };
  return { kind: "marked", status: markTried(current, command) };
}

/** A total that is recorded stays. */
const markTried = (status: Status, { total }: Tried): Status => ({
  ...status,
  tried: true,
  total: status.total ?? total,
});

function transitionTo(status: Status, actor: Actor, traceparent: string): Transition {
  return {
    orderId: status.orderId,
    version: status.version,
    from: status.previousState,
    to: status.state,
    reason: status.reason,
    actor,
    occurredAt: status.movedAt,
    traceparent,
  };
}
