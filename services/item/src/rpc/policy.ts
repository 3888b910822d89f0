import { ItemServiceDefinition } from "@waybill/contracts/item";
import { definePolicy } from "@waybill/identity";

/** Who may call what. The catalogue is everybody's to read; reservations are the business of services alone. */
export const policy = definePolicy(ItemServiceDefinition, {
  createItem: ["admin", "service"],
  updateItem: ["admin", "service"],
  getItem: ["customer", "admin", "service"],
  batchGetItems: ["customer", "admin", "service"],
  listItems: ["customer", "admin", "service"],
  adjustStock: ["admin", "service"],
  tryReservation: ["service"],
  batchTryReservations: ["service"],
  confirmReservation: ["service"],
  batchConfirmReservations: ["service"],
  cancelReservation: ["service"],
  batchCancelReservations: ["service"],
  getReservation: ["admin", "service"],
});
