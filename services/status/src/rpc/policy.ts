import { StatusServiceDefinition } from "@waybill/contracts/status";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Customers see their own orders' states; services alone move them: an admin never bypasses the TCC. */
export const policy = definePolicy(StatusServiceDefinition, {
  createStatus: ["service"],
  batchCreateStatuses: ["service"],
  getStatus: ["customer", "admin", "service"],
  batchGetStatuses: ["customer", "admin", "service"],
  updateStatus: ["service"],
  batchUpdateStatuses: ["service"],
  markTried: ["service"],
  batchMarkTried: ["service"],
  listStatuses: ["customer", "admin", "service"],
  listTransitions: ["customer", "admin", "service"],
  watchStatuses: ["customer", "admin", "service"],
  summarizeStatuses: ["admin", "service"],
  publishTransitions: ["admin", "service"],
});
