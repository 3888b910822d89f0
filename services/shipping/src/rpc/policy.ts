import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Customers see their own shipments. */
export const policy = definePolicy(ShippingServiceDefinition, {
  getShipment: ["customer", "admin", "service"],
  listShipments: ["customer", "admin", "service"],
});
