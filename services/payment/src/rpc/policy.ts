import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { definePolicy } from "@waybill/identity";

/** Who may call what. Customers see their own payments; services alone move money. */
export const policy = definePolicy(PaymentServiceDefinition, {
  tryPayment: ["service"],
  batchTryPayments: ["service"],
  confirmPayment: ["service"],
  batchConfirmPayments: ["service"],
  cancelPayment: ["service"],
  batchCancelPayments: ["service"],
  getPayment: ["customer", "admin", "service"],
  listPayments: ["customer", "admin", "service"],
});
