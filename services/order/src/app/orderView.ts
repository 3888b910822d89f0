import type { Status } from "@waybill/contracts/status";
import type { Order } from "../domain/order.ts";

/** An order with its status; undefined while status does not know it yet, which counts as PENDING. */
export interface OrderView {
  readonly order: Order;
  readonly status: Status | undefined;
}
