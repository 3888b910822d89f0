import type { Facts, LedgerFact, State, TransitionFact } from "../../src/examine/facts.ts";

/** The moment of the tests. */
export const now = Date.parse("2026-11-20T12:00:00Z");
const path: Readonly<Record<State, readonly State[]>> = {
  PENDING: ["PENDING"],
  CONFIRMED: ["PENDING", "CONFIRMED"],
  PROCESSING: ["PENDING", "CONFIRMED", "PROCESSING"],
  SHIPPED: ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED"],
  DELIVERED: ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"],
  CANCELLED: ["PENDING", "CANCELLED"],
};

const actors: Readonly<Record<State, string>> = {
  PENDING: "CUSTOMER alice",
  CONFIRMED: "SERVICE workflow",
  PROCESSING: "SERVICE workflow",
  SHIPPED: "SERVICE shipping",
  DELIVERED: "SERVICE delivery",
  CANCELLED: "CUSTOMER alice",
};

/** The journal of an order that went the ordinary way to this state, ending `agoMs` before now. */
export function journal(state: State, agoMs = 0): TransitionFact[] {
  return path[state].map((to, index, all) => {
    const [actorKind = "", actorId = ""] = actors[to].split(" ");
    const from = all[index - 1];
    const occurredAt = now - agoMs;
    return { version: index + 1, from, to, actorKind, actorId, occurredAt, published: true };
  });
}

export const entry = (kind: LedgerFact["kind"], reference = "r1"): LedgerFact => ({
  reference,
  kind,
  amount: 500n,
  currency: "EUR",
});

/** The facts of an order in this state with which nothing is wrong; it got there `agoMs` ago. */
export function healthy(state: State, agoMs = 0): Facts {
  const isOpen = state === "PENDING" || state === "CONFIRMED";
  const isShipped = state === "SHIPPED" || state === "DELIVERED";
  const end = state === "CANCELLED" ? "voided" : "captured";
  return {
    id: "o1",
    order: {
      fate: "STORED",
      total: 500n,
      currency: "EUR",
      lines: "tea×2",
      held: true,
      announced: true,
      placedAt: now - agoMs - 1_000,
    },
    status: {
      userId: "alice",
      state,
      previous: journal(state).at(-1)?.from,
      version: path[state].length,
      tried: true,
      movedAt: now - agoMs,
      reannounceAt: state === "DELIVERED" || state === "CANCELLED" ? undefined : now + 10_000,
    },
    transitions: journal(state, agoMs),
    reservation: {
      state: isOpen ? "TRIED" : state === "CANCELLED" ? "CANCELLED" : "CONFIRMED",
      lines: "tea×2",
      expiresAt: now + 60_000,
    },
    payment: {
      state: isOpen ? "TRIED" : state === "CANCELLED" ? "CANCELLED" : "CONFIRMED",
      expiresAt: now + 60_000,
    },
    ledger: [entry("authorized"), ...(isOpen ? [] : [entry(end)])],
    shipment: isShipped ? { tracked: true } : undefined,
    delivery: state === "DELIVERED" ? { dueAt: now - agoMs } : undefined,
    notifications: path[state].map((to, index) => ({ version: index + 1, state: to })),
    process: undefined,
  } as Facts;
}
