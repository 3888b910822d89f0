import { accountsOf, type Facts, isPaid, reservationOf, rowOf, rowsOf, stateOf } from "./facts.ts";

const openPayments = new Set<unknown>(["TRYING", "PENDING", "TRIED", "CONFIRMING", "CANCELLING"]);

/** Why it is not quiet yet: orders that are not at their end, and what is still open around them. */
export function unrest(facts: Facts): string[] {
  const storedOrders = rowsOf(facts, "order", "orders").filter((row) => row.fate === "STORED");
  const states = storedOrders.map((row) => {
    const orderId = String(row.order_id);
    return { orderId, state: stateOf(facts, orderId) };
  });
  const name = (what: string, key: string) => (row: Readonly<Record<string, unknown>>) =>
    `${what} ${row[key]} is ${row.state ?? "unpublished"}`;
  const open = accountsOfAll(facts).filter(({ transactionId, state }) =>
    ["authorized", "pending"].includes(state) ? transactionId : undefined,
  );
  return [
    ...states
      .filter(({ state }) => state !== "DELIVERED" && state !== "CANCELLED")
      .map(({ orderId, state }) => `order ${orderId} is ${state}`),
    ...rowsOf(facts, "item", "reservations")
      .filter((row) => row.state === "TRIED")
      .map(name("the hold of", "transaction_id")),
    ...rowsOf(facts, "payment", "payments")
      .filter((row) => openPayments.has(row.state))
      .map(name("the payment of", "transaction_id")),
    ...rowsOf(facts, "workflow", "processes").map(
      (row) => `${row.order_id} waits in ${row.step} (${row.last_reason}, ${row.last_error})`,
    ),
    ...open.map(({ transactionId, state }) => `the provider has ${transactionId} as ${state}`),
    ...rowsOf(facts, "shipping", "shipments")
      .filter((row) => row.shipped_at === null)
      .map((row) => `the shipment of ${row.order_id} is not marked`),
    ...rowsOf(facts, "delivery", "deliveries")
      .filter((row) => row.delivered_at === null)
      .map((row) => `the delivery of ${row.order_id} is not marked`),
    ...rowsOf(facts, "status", "transitions")
      .filter((row) => row.published_seq === null)
      .map(name("a transition of", "order_id")),
  ];
}

const accountsOfAll = ({ accounts }: Facts) => [...accounts.values()];

/** What is wrong with an order that is at its end. */
export function endProblem(facts: Facts, orderId: string): string | undefined {
  const state = stateOf(facts, orderId);
  const hold = reservationOf(facts, orderId);
  const accounts = accountsOf(facts, orderId).map((account) => account.state);
  if (state === "CANCELLED") {
    if (hold === "CONFIRMED") return `${orderId} is CANCELLED, and its stock is gone`;
    return accounts.includes("captured") ? `${orderId} is CANCELLED, and paid for` : undefined;
  }
  if (hold !== "CONFIRMED") return `${orderId} is DELIVERED, and its hold is ${hold}`;
  if (!isPaid(facts, orderId)) return `${orderId} is DELIVERED, and its accounts are ${accounts}`;
  const arrived =
    rowOf(facts, "shipping", "shipments", orderId)?.shipped_at &&
    rowOf(facts, "delivery", "deliveries", orderId)?.delivered_at;
  return arrived ? undefined : `${orderId} is DELIVERED, and its shipment or delivery is not done`;
}
