import { NotificationServiceDefinition } from "@waybill/contracts/notification";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Customers see their own notifications. */
export const policy = definePolicy(NotificationServiceDefinition, {
  listNotifications: ["customer", "admin", "service"],
});
