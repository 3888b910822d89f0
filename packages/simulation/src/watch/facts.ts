import type { Account } from "../../../../services/payment/src/provider/simulatedRules.ts";
import type { Store } from "../store/store.ts";
import type { Row } from "../store/view.ts";

/** Whatever is committed anywhere, and what the provider has in its books: what promises are judged by. */
export interface Facts {
  readonly stores: Readonly<Record<string, Store>>;
  readonly accounts: ReadonlyMap<string, Account>;
}

export const rowOf = ({ stores }: Facts, service: string, table: string, key: string) =>
  stores[service]?.table(table).get(key);

export const rowsOf = ({ stores }: Facts, service: string, table: string): Row[] => [
  ...(stores[service]?.table(table).values() ?? []),
];

/** The order's state, or "UNKNOWN" to status. */
export const stateOf = (facts: Facts, orderId: string): string =>
  (rowOf(facts, "status", "statuses", orderId)?.state as string | undefined) ?? "UNKNOWN";

/** Whether the order is CONFIRMED or beyond. */
export const isConfirmed = (facts: Facts, orderId: string): boolean =>
  ["CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"].includes(stateOf(facts, orderId));

export const fateOf = (facts: Facts, orderId: string): string =>
  (rowOf(facts, "order", "orders", orderId)?.fate as string | undefined) ?? "UNKNOWN";

/** Whether nothing may be held for the order any more: it is cancelled, or can never be stored. */
export const isGivenUp = (facts: Facts, orderId: string): boolean =>
  stateOf(facts, orderId) === "CANCELLED" || fateOf(facts, orderId) === "ABANDONED";

export const reservationOf = (facts: Facts, orderId: string): string =>
  (rowOf(facts, "item", "reservations", orderId)?.state as string | undefined) ?? "NONE";

export const paymentOf = (facts: Facts, orderId: string): string =>
  (rowOf(facts, "payment", "payments", orderId)?.state as string | undefined) ?? "NONE";

/** The provider's accounts of a transaction. */
export const accountsOf = ({ accounts }: Facts, transactionId: string): Account[] =>
  [...accounts.values()].filter((account) => account.transactionId === transactionId);

/** Whether the money of an order was taken, or there was none to take. */
export const isPaid = (facts: Facts, orderId: string): boolean => {
  const isFree = rowOf(facts, "payment", "payments", orderId)?.amount_minor === 0n;
  const captured = accountsOf(facts, orderId).filter(({ state }) => state === "captured");
  return captured.length === (isFree ? 0 : 1) && paymentOf(facts, orderId) === "CONFIRMED";
};
