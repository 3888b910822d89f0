/** What the databases say about one order id; whatever is undefined is not there. */
export interface Facts {
  readonly id: string;
  order?: OrderFact;
  status?: StatusFact;
  /** The journal, by version. */
  readonly transitions: TransitionFact[];
  reservation?: ReservationFact;
  payment?: PaymentFact;
  /** The payment provider's own ledger, in its order. */
  readonly ledger: LedgerFact[];
  shipment?: ShipmentFact;
  delivery?: DeliveryFact;
  /** What the customer was told of. */
  readonly notifications: NotificationFact[];
  /** The workflow's row: the order is listed as waiting or stuck. */
  process?: ProcessFact;
}

export type State = "PENDING" | "CONFIRMED" | "PROCESSING" | "SHIPPED" | "DELIVERED" | "CANCELLED";

/** A row of order's `orders`: the order, or the tombstone of an id that can never be one. */
export interface OrderFact {
  readonly fate: "STORED" | "ABANDONED";
  /** Without prices there is no total. Unit: minor units. */
  readonly total: bigint | undefined;
  readonly currency: string;
  /** As "item×quantity", sorted. */
  readonly lines: string;
  readonly held: boolean;
  readonly announced: boolean;
  readonly placedAt: number;
}

/** Times are in ms since 1970, here and below. */
export interface StatusFact {
  readonly userId: string;
  readonly state: State;
  readonly previous: State | undefined;
  readonly version: number;
  readonly tried: boolean;
  readonly movedAt: number;
  /** When the last event is announced again; undefined when it never is. */
  readonly reannounceAt: number | undefined;
}

export interface TransitionFact {
  readonly version: number;
  readonly from: State | undefined;
  readonly to: State;
  readonly actorKind: string;
  readonly actorId: string;
  readonly occurredAt: number;
  readonly published: boolean;
}

export interface ReservationFact {
  readonly state: "TRIED" | "CONFIRMED" | "CANCELLED" | "BLOCKED";
  readonly lines: string;
  readonly expiresAt: number;
}

export interface PaymentFact {
  readonly state:
    | "TRYING"
    | "PENDING"
    | "TRIED"
    | "DECLINED"
    | "CONFIRMING"
    | "CONFIRMED"
    | "CANCELLING"
    | "CANCELLED"
    | "BLOCKED";
  readonly expiresAt: number;
}

export interface LedgerFact {
  readonly reference: string;
  readonly kind: "authorized" | "declined" | "pending" | "captured" | "voided";
  readonly amount: bigint;
  readonly currency: string;
}

export interface ShipmentFact {
  readonly tracked: boolean;
}

export interface DeliveryFact {
  readonly dueAt: number;
}

export interface NotificationFact {
  /** Of the transition that it is about. */
  readonly version: number;
  readonly state: State;
}

export interface ProcessFact {
  readonly step: string;
  readonly state: "WAITING" | "STUCK";
  readonly reason: string;
  /** When it is taken up again. */
  readonly nextAt: number;
}

/** An id of which nothing is known yet. */
export const noFacts = (id: string): Facts => ({
  id,
  transitions: [],
  ledger: [],
  notifications: [],
});
