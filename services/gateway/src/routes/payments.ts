import { type Payment, PaymentState } from "@waybill/contracts/payment";
import { z } from "zod";
import { asCaller } from "../http/calls.ts";
import { amountOf, minorUnits, orderParams, present, time, timeOf } from "../http/fields.ts";
import { anybody, operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const paymentBody = z
  .object({
    orderId: z.string(),
    userId: z.string().optional(),
    amount: minorUnits.optional(),
    currency: z.string().optional(),
    paymentMethod: z.string().optional(),
    state: z.string().meta({
      description: "TRIED is authorised, CONFIRMED captured, CANCELLED voided",
    }),
    providerReference: z.string().optional(),
    declineReason: z.string().optional(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Payment" });

/** The payment of an order. */
export function paymentRoutes(app: HttpServer, { clients }: RouteParts): void {
  app.get(
    "/api/payments/:orderId",
    operation({
      tag: "payments",
      summary: "The payment of an order",
      access: anybody,
      inputs: { params: orderParams },
      answers: { 200: paymentBody },
      refusals: { 404: "There is none, or it is not yours" },
    }),
    async (request) => {
      const asked = { transactionId: request.params.orderId };
      const { payment } = await clients.payments.getPayment(asked, asCaller(request));
      return paymentOf(present(payment, "the payment"));
    },
  );
}

const states = new Map<number, string>(
  Object.entries(PaymentState).map(([name, state]) => [state, name]),
);

function paymentOf(payment: Payment): z.output<typeof paymentBody> {
  return {
    orderId: payment.transactionId,
    userId: payment.userId || undefined,
    amount: amountOf(payment.amount),
    currency: payment.amount?.currency,
    paymentMethod: payment.paymentMethod || undefined,
    state: states.get(payment.state) ?? "UNSPECIFIED",
    providerReference: payment.providerReference || undefined,
    declineReason: payment.declineReason || undefined,
    createdAt: timeOf(present(payment.createdAt, "the time")),
    updatedAt: timeOf(present(payment.updatedAt, "the time")),
  };
}
