export { type MoveOptions, moveOrders, type OrderToMove } from "./moveOrders.ts";
