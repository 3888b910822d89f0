import {
  type OrderEventName,
  orderEventType,
  orderSubject,
  ordersStream,
} from "@waybill/contracts/events";
import { ActorKind, OrderEvent, OrderState, ReservationMode } from "@waybill/contracts/status";
import { type Journal, journalTable, type OutgoingEvent } from "@waybill/messaging";
import type { Database } from "@waybill/persistence";
import type { Committed } from "../app/applyCommands.ts";
import { type TransitionRow, toTransition } from "../db/statusLists.ts";
import { moneyOf } from "../db/statusRow.ts";
import type { State } from "../domain/lifecycle.ts";
import type { Status, Transition } from "../domain/status.ts";

/** A journal row on its way to the stream: the transition and the facts of its order. */
export interface JournalRow {
  readonly transition: Transition;
  readonly facts: Facts;
  /** 1 for the first publication. */
  readonly publication: number;
}

/** What an event tells of its order besides the transition. */
export type Facts = Pick<Status, "userId" | "total" | "placedAt" | "reservationMode" | "expiresAt">;

/** The facts come as one JSON object per row, so that sweeping needs no join. */
export const journalColumns = `transitions.*, (select jsonb_build_object('user_id', user_id,
    'total_minor', total_minor::text, 'currency', currency, 'placed_at', placed_at,
    'reservation_mode', reservation_mode, 'expires_at', expires_at)
  from statuses where statuses.order_id = transitions.order_id) as facts`;

export interface RawRow extends TransitionRow {
  readonly facts: {
    readonly user_id: string;
    readonly total_minor: string | null;
    readonly currency: string | null;
    readonly placed_at: string;
    readonly reservation_mode: Facts["reservationMode"];
    readonly expires_at: string | null;
  };
}

/** The journal of transitions as the outbox of the ORDERS stream. */
export const transitionJournal = (db: Database): Journal<JournalRow> =>
  journalTable<JournalRow, RawRow>({
    db,
    stream: ordersStream.name,
    table: "transitions",
    keyColumns: { order_id: "text", version: "int" },
    keyOf: ({ transition }) => [transition.orderId, transition.version],
    publicationOf: ({ publication }) => publication,
    columns: journalColumns,
    toRow: toJournalRow,
  });

export function toJournalRow(raw: RawRow, publication: number): JournalRow {
  return { transition: toTransition(raw), facts: toFacts(raw), publication };
}

/** The row of a transition that was committed just now. */
export function journalRowOf({ transition, status }: Committed): JournalRow {
  const { userId, total, placedAt, reservationMode, expiresAt } = status;
  const facts = { userId, total, placedAt, reservationMode, expiresAt };
  return { transition, facts, publication: 1 };
}

function toFacts({ facts }: RawRow): Facts {
  const { total_minor: totalMinor, expires_at: expiresAt } = facts;
  const minor = totalMinor === null ? null : BigInt(totalMinor);
  return {
    userId: facts.user_id,
    total: moneyOf({ total_minor: minor, currency: facts.currency }),
    placedAt: new Date(facts.placed_at),
    reservationMode: facts.reservation_mode,
    expiresAt: expiresAt === null ? undefined : new Date(expiresAt),
  };
}

const eventNames = {
  PENDING: "placed",
  CONFIRMED: "confirmed",
  CANCELLED: "cancelled",
  PROCESSING: "processing",
  SHIPPED: "shipped",
  DELIVERED: "delivered",
} as const satisfies Record<State, OrderEventName>;

/** The message of a journal row. */
export function toOutgoingEvent({ transition, facts, publication }: JournalRow): OutgoingEvent {
  const { orderId, version, from, to, actor, reason, occurredAt, traceparent } = transition;
  const name = eventNames[to];
  const event: OrderEvent = {
    orderId,
    version,
    from: OrderState[from ?? "UNSPECIFIED"],
    to: OrderState[to],
    reason,
    actor: { kind: ActorKind[actor.kind], id: actor.id },
    occurredAt,
    ...facts,
    reservationMode: ReservationMode[facts.reservationMode],
  };
  return {
    subject: orderSubject(name, orderId),
    type: orderEventType(name),
    id: `${orderId}.${version}`,
    source: "waybill/status",
    time: occurredAt,
    data: OrderEvent.encode(event).finish(),
    traceparent,
    publication,
  };
}
