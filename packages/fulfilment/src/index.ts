export { decodeOrderEvent } from "./decodeOrderEvent.ts";
export { type MoveOptions, moveOrders, type OrderToMove } from "./moveOrders.ts";
export { type Leftovers, sweepLeftovers } from "./sweepLeftovers.ts";
