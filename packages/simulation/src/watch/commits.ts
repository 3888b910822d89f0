import type { Change } from "../store/store.ts";
import { catalogue } from "../world/settings.ts";
import {
  type Facts,
  fateOf,
  isConfirmed,
  isGivenUp,
  isPaid,
  reservationOf,
  rowsOf,
  stateOf,
} from "./facts.ts";

/** What a change breaks, in words; undefined: nothing. */
export type Rule = (facts: Facts, change: Change) => string | undefined;

const ended = new Set<unknown>(["CONFIRMED", "CANCELLED", "BLOCKED"]);

/** Promise 1, and the fence of item. */
const reservation: Rule = (facts, { key, before, after }) => {
  if (after === undefined) return `the reservation of ${key} has vanished`;
  const [from, to] = [before?.state ?? "NONE", after.state];
  if (from === to) return undefined;
  if (ended.has(from)) return `the reservation of ${key} went from ${from} to ${to}`;
  if (to === "CONFIRMED" && from !== "TRIED") return `${key} was confirmed without a Try`;
  if (to === "CONFIRMED" && !isConfirmed(facts, key))
    return `stock of ${key} was deducted, which is ${stateOf(facts, key)}`;
  if ((to === "CANCELLED" || to === "BLOCKED") && !isGivenUp(facts, key))
    return `the hold of ${key} was released, which is ${stateOf(facts, key)} and ${fateOf(facts, key)}`;
  return undefined;
};

/** Promise 1: on_hand and held are what the reservations say. Judged at the end of a commit. */
export function stockProblem(facts: Facts): string | undefined {
  const reservations = rowsOf(facts, "item", "reservations");
  for (const { itemId, onHand } of catalogue) {
    const pieces = (state: string): bigint =>
      reservations
        .filter((row) => row.state === state)
        .flatMap((row) => row.lines as { item_id: string; quantity: number }[])
        .filter((line) => line.item_id === itemId)
        .reduce((sum, line) => sum + BigInt(line.quantity), 0n);
    const item = facts.stores.item?.table("items").get(itemId);
    const [deducted, held] = [onHand - pieces("CONFIRMED"), pieces("TRIED")];
    if (item?.on_hand !== deducted || item?.held !== held)
      return `${itemId} has ${item?.on_hand} on hand and ${item?.held} held, and its reservations say ${deducted} and ${held}`;
    if (held > deducted || held < 0n) return `${itemId} is oversold: ${held} held of ${deducted}`;
  }
  return undefined;
}

/** The lifecycle as design §2 has it: where an order goes from a state, and by whom. */
const legal: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  NONE: { PENDING: ["CUSTOMER"] },
  PENDING: {
    CONFIRMED: ["workflow", "COORDINATOR"],
    CANCELLED: ["workflow", "COORDINATOR", "CUSTOMER"],
  },
  CONFIRMED: { PROCESSING: ["workflow"] },
  PROCESSING: { SHIPPED: ["shipping"] },
  SHIPPED: { DELIVERED: ["delivery"] },
};

/** Promise 4: legal moves, without gaps. */
const status: Rule = (_facts, { key, before, after }) => {
  if (after === undefined) return `status has forgotten ${key}`;
  const [from, to] = [String(before?.state ?? "NONE"), String(after.state)];
  const version = Number(before?.version ?? 0);
  if (from === to && after.version === version) return undefined;
  if (after.version !== version + 1 && before !== undefined)
    return `${key} went from version ${version} to ${after.version}`;
  if (before !== undefined && legal[from]?.[to] === undefined)
    return `${key} went from ${from} to ${to}`;
  return undefined;
};

/** Promise 4: who may, and exactly one decision. Promise 2: nothing goes on unpaid. */
const transition: Rule = (facts, { before, after }) => {
  if (after === undefined) return "a transition has vanished";
  if (before !== undefined) return undefined;
  const [orderId, from, to] = [
    String(after.order_id),
    String(after.from_state ?? "NONE"),
    String(after.to_state),
  ];
  const actor = String(after.actor_kind === "SERVICE" ? after.actor_id : after.actor_kind);
  if (!legal[from]?.[to]?.includes(actor)) return `${actor} moved ${orderId} from ${from} to ${to}`;
  const all = rowsOf(facts, "status", "transitions").filter((row) => row.order_id === orderId);
  if (all.filter((row) => row.from_state === "PENDING").length > 1)
    return `${orderId} was decided twice`;
  if (all.length !== after.version && all.some((row) => Number(row.version) > all.length))
    return `the journal of ${orderId} has a gap before version ${after.version}`;
  if (to !== "PROCESSING") return undefined;
  if (reservationOf(facts, orderId) !== "CONFIRMED")
    return `${orderId} is PROCESSING, and its reservation ${reservationOf(facts, orderId)}`;
  return isPaid(facts, orderId) ? undefined : `${orderId} is PROCESSING, and not paid`;
};

/** Promise 6: what is acknowledged is held, stays, and is there once. */
const order: Rule = (facts, { key, before, after }) => {
  if (after === undefined) return `order ${key} has vanished`;
  if (before !== undefined) {
    return before.fate === after.fate
      ? undefined
      : `order ${key} was ${before.fate} and is ${after.fate}`;
  }
  if (after.fate !== "STORED") return undefined;
  const hold = reservationOf(facts, key);
  if (after.reservation_mode === "HELD" && hold !== "TRIED")
    return `order ${key} is stored as held, and its hold is ${hold}`;
  if (stateOf(facts, key) !== "UNKNOWN")
    return `order ${key} is stored, and was ${stateOf(facts, key)} before`;
  const same = rowsOf(facts, "order", "orders").filter(
    (row) => row.fate === "STORED" && row.user_id === after.user_id,
  );
  return same.length > 1
    ? `one request made two orders: ${same.map((row) => row.order_id).join(", ")}`
    : undefined;
};

/** Money is taken for what is decided and deducted. */
function paidTooSoon(facts: Facts, key: string): string | undefined {
  if (!isConfirmed(facts, key)) return `${key} is paid for, and ${stateOf(facts, key)}`;
  const hold = reservationOf(facts, key);
  return hold === "CONFIRMED" ? undefined : `${key} is paid for, and its reservation ${hold}`;
}

/** Promise 2, and the fence of payment. */
const payment: Rule = (facts, { key, before, after }) => {
  if (after === undefined) return `the payment of ${key} has vanished`;
  const [from, to] = [String(before?.state ?? "NONE"), String(after.state)];
  if (from === to) return undefined;
  const isLateVoid = from === "CANCELLED" && to === "CANCELLING";
  if (ended.has(from) && !isLateVoid) return `the payment of ${key} went from ${from} to ${to}`;
  if (to.startsWith("CONFIRM")) {
    if (from === "NONE") return `the payment of ${key} was confirmed without a Try`;
    return paidTooSoon(facts, key);
  }
  if ((to.startsWith("CANCEL") || to === "BLOCKED") && !isGivenUp(facts, key))
    return `the payment of ${key} was given up, which is ${stateOf(facts, key)}`;
  return undefined;
};

/** Promise 5: shipped and delivered is only what has come so far. */
const fulfilled =
  (table: string, states: readonly string[]): Rule =>
  (facts, { key, before, after }) => {
    if (after === undefined) return `the row of ${key} in ${table} has vanished`;
    if (before !== undefined || states.includes(stateOf(facts, key))) return undefined;
    return `${table} has ${key}, which is ${stateOf(facts, key)}`;
  };

/** What each change of a table is judged by. */
export const rules: Readonly<Record<string, Rule>> = {
  reservations: reservation,
  statuses: status,
  transitions: transition,
  orders: order,
  payments: payment,
  shipments: fulfilled("shipments", ["PROCESSING", "SHIPPED", "DELIVERED"]),
  deliveries: fulfilled("deliveries", ["SHIPPED", "DELIVERED"]),
};
