import { OrderServiceDefinition } from "@waybill/contracts/order";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Customers place, see and cancel their own orders; TryOrder and ConfirmOrder are for coordinators. */
export const policy = definePolicy(OrderServiceDefinition, {
  createOrder: ["customer", "admin", "service"],
  batchCreateOrders: ["customer", "admin", "service"],
  getOrder: ["customer", "admin", "service"],
  batchGetOrders: ["customer", "admin", "service"],
  listOrders: ["customer", "admin", "service"],
  cancelOrder: ["customer", "admin", "service"],
  tryOrder: ["admin", "service"],
  confirmOrder: ["admin", "service"],
  recordPrices: ["service"],
  batchRecordPrices: ["service"],
  abandonOrder: ["service"],
  batchAbandonOrders: ["service"],
});
