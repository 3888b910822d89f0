import { OrderState } from "@waybill/contracts/status";

/** The states of an order, and what others call the same states. Only names of the contracts are ever answered. */
const states = {
  PENDING: OrderState.PENDING,
  CREATED: OrderState.PENDING,
  ORDER_CREATED: OrderState.PENDING,
  CONFIRMED: OrderState.CONFIRMED,
  PAID: OrderState.CONFIRMED,
  PROCESSING: OrderState.PROCESSING,
  ORDER_PROCESSING: OrderState.PROCESSING,
  SHIPPED: OrderState.SHIPPED,
  DELIVERED: OrderState.DELIVERED,
  CANCELLED: OrderState.CANCELLED,
} as const;

export type StatusName = keyof typeof states;

/** Every name that is understood. */
export const statusNames = Object.keys(states) as readonly StatusName[] as readonly [
  StatusName,
  ...StatusName[],
];

/** The state of that name. */
export const stateOf = (name: StatusName): OrderState => states[name];

const canonical = new Map<number, string>(
  Object.entries(OrderState).map(([name, state]) => [state, name]),
);

/** The one name of a state that is answered: PENDING, never CREATED. */
export const statusOf = (state: OrderState): string => canonical.get(state) ?? "UNSPECIFIED";
