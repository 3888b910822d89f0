/** The lifecycle, as pages draw it. */

export const path = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED"] as const;
export const open = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED"] as const;
export const states = [...path, "CANCELLED"] as const;

export type State = (typeof states)[number];

export const isState = (text: string | undefined): text is State => states.includes(text as State);

/** What a state means to whoever has ordered. */
export const meanings: Readonly<Record<State, string>> = {
  PENDING: "We have your order and secure its items and payment.",
  CONFIRMED: "Items and payment are secured.",
  PROCESSING: "Paid, and being packed.",
  SHIPPED: "On its way.",
  DELIVERED: "Arrived.",
  CANCELLED: "Cancelled. Nothing is charged.",
};
