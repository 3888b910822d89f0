import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Customers see their own deliveries. */
export const policy = definePolicy(DeliveryServiceDefinition, {
  getDelivery: ["customer", "admin", "service"],
  listDeliveries: ["customer", "admin", "service"],
});
