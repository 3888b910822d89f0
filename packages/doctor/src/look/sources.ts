import type { DatabaseName } from "@waybill/stack";
import type {
  Facts,
  LedgerFact,
  NotificationFact,
  OrderFact,
  PaymentFact,
  ProcessFact,
  ReservationFact,
  ShipmentFact,
  State,
  StatusFact,
  TransitionFact,
} from "../examine/facts.ts";

/** A table that tells something about orders: how it is read, and which facts its rows are. */
export interface Source {
  readonly database: DatabaseName;
  readonly table: string;
  /** The column of the order's id. */
  readonly key: string;
  /** The facts, as SQL. Times come in ms since 1970, since that is cheaper to parse than dates. */
  readonly columns: string;
  /** Adds a row, as the columns make it, to the facts of its order. */
  add(facts: Facts, row: object): void;
}

/** Ties the type of the rows to what takes them; the columns are what makes it true. */
const source = <Row extends object>({
  add,
  ...from
}: Omit<Source, "add"> & { readonly add: (facts: Facts, row: Row) => void }): Source => ({
  ...from,
  add: (facts, row) => add(facts, row as Row),
});

const ms = (column: string): string =>
  `(extract(epoch from ${column}) * 1000)::double precision as ${column}`;

/** "item×quantity" of each line, sorted, so that the lines of an order and of its reservation compare. */
const lines = (itemId: string): string =>
  `(select string_agg(concat(line ->> '${itemId}', '×', line ->> 'quantity'), ' '
    order by line ->> '${itemId}' collate "C") from jsonb_array_elements(lines) as line) as lines`;

export const sources: readonly Source[] = [
  source<OrderRow>({
    database: "order",
    table: "orders",
    key: "order_id",
    columns: `fate, total_minor, currency, reservation_mode, is_announced, ${ms("placed_at")}, ${lines("itemId")}`,
    add: (facts, row) => {
      facts.order = toOrder(row);
    },
  }),
  source<StatusRow>({
    database: "status",
    table: "statuses",
    key: "order_id",
    columns: `user_id, state, previous_state, version, tried, ${ms("moved_at")}, ${ms("reannounce_at")}`,
    add: (facts, row) => {
      facts.status = toStatus(row);
    },
  }),
  source<TransitionRow>({
    database: "status",
    table: "transitions",
    key: "order_id",
    columns: `version, from_state, to_state, actor_kind, actor_id, ${ms("occurred_at")}, published_seq is not null as published`,
    add: (facts, row) => insertByVersion(facts.transitions, toTransition(row)),
  }),
  source<ReservationRow>({
    database: "item",
    table: "reservations",
    key: "transaction_id",
    columns: `state, ${ms("expires_at")}, ${lines("item_id")}`,
    add: (facts, row) => {
      facts.reservation = toReservation(row);
    },
  }),
  source<PaymentRow>({
    database: "payment",
    table: "payments",
    key: "transaction_id",
    columns: `state, ${ms("expires_at")}`,
    add: (facts, row) => {
      facts.payment = { state: row.state, expiresAt: row.expires_at };
    },
  }),
  source<LedgerRow>({
    database: "provider",
    table: "ledger",
    key: "transaction_id",
    columns: "reference, kind, amount, currency",
    add: (facts, row) => facts.ledger.push(toEntry(row)),
  }),
  source<ShipmentFact>({
    database: "shipping",
    table: "shipments",
    key: "order_id",
    columns: "tracking_number <> '' as tracked",
    add: (facts, row) => {
      facts.shipment = row;
    },
  }),
  source<DeliveryRow>({
    database: "delivery",
    table: "deliveries",
    key: "order_id",
    columns: ms("due_at"),
    add: (facts, row) => {
      facts.delivery = { dueAt: row.due_at };
    },
  }),
  source<NotificationFact>({
    database: "notification",
    table: "notifications",
    key: "order_id",
    columns: "version, state",
    add: (facts, row) => facts.notifications.push(row),
  }),
  source<ProcessRow>({
    database: "workflow",
    table: "processes",
    key: "order_id",
    columns: `step, state, last_reason, last_error, ${ms("next_at")}`,
    add: (facts, row) => {
      facts.process = toProcess(row);
    },
  }),
];

// Rows as pg answers them: bigint as text, double precision as number.

interface OrderRow {
  readonly fate: OrderFact["fate"];
  readonly total_minor: string | null;
  readonly currency: string | null;
  readonly reservation_mode: string | null;
  readonly is_announced: boolean;
  readonly placed_at: number;
  readonly lines: string | null;
}

const toOrder = (row: OrderRow): OrderFact => ({
  fate: row.fate,
  total: row.total_minor === null ? undefined : BigInt(row.total_minor),
  currency: row.currency ?? "",
  lines: row.lines ?? "",
  held: row.reservation_mode === "HELD",
  announced: row.is_announced,
  placedAt: row.placed_at,
});

interface StatusRow extends Pick<StatusFact, "state" | "version" | "tried"> {
  readonly user_id: string;
  readonly previous_state: State | null;
  readonly moved_at: number;
  readonly reannounce_at: number | null;
}

const toStatus = ({ state, version, tried, ...row }: StatusRow): StatusFact => ({
  userId: row.user_id,
  state,
  previous: row.previous_state ?? undefined,
  version,
  tried,
  movedAt: row.moved_at,
  reannounceAt: row.reannounce_at ?? undefined,
});

interface TransitionRow extends Pick<TransitionFact, "version" | "published"> {
  readonly from_state: State | null;
  readonly to_state: State;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly occurred_at: number;
}

const toTransition = ({ version, published, ...row }: TransitionRow): TransitionFact => ({
  version,
  from: row.from_state ?? undefined,
  to: row.to_state,
  actorKind: row.actor_kind,
  actorId: row.actor_id,
  occurredAt: row.occurred_at,
  published,
});

/** Rows of one order come in any order: they are few. */
function insertByVersion(transitions: TransitionFact[], transition: TransitionFact): void {
  const later = transitions.findIndex(({ version }) => version > transition.version);
  transitions.splice(later === -1 ? transitions.length : later, 0, transition);
}

interface ReservationRow {
  readonly state: ReservationFact["state"];
  readonly lines: string | null;
  readonly expires_at: number | null;
}

const toReservation = (row: ReservationRow): ReservationFact => ({
  state: row.state,
  lines: row.lines ?? "",
  expiresAt: row.expires_at ?? 0,
});

interface PaymentRow {
  readonly state: PaymentFact["state"];
  readonly expires_at: number;
}

interface LedgerRow extends Omit<LedgerFact, "amount"> {
  readonly amount: string;
}

const toEntry = ({ reference, kind, amount, currency }: LedgerRow): LedgerFact => ({
  reference,
  kind,
  amount: BigInt(amount),
  currency,
});

interface DeliveryRow {
  readonly due_at: number;
}

interface ProcessRow extends Pick<ProcessFact, "step" | "state"> {
  readonly last_reason: string;
  readonly last_error: string;
  readonly next_at: number;
}

const toProcess = ({ step, state, ...row }: ProcessRow): ProcessFact => ({
  step,
  state,
  reason: [row.last_reason, row.last_error].filter((text) => text !== "").join(", "),
  nextAt: row.next_at,
});
