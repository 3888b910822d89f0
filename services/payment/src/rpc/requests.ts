import { namedTraceparent } from "@waybill/chassis";
import {
  type CancelPaymentRequest,
  type ConfirmPaymentRequest,
  PaymentState,
  type TryPaymentRequest,
} from "@waybill/contracts/payment";
import { rules, validate } from "@waybill/rpc";
import { contentHash } from "@waybill/tcc";
import { z } from "zod";
import type { PaymentRequest } from "../app/commitIntents.ts";

/** The rules of TryPaymentRequest, for a provider that accepts these methods. */
const tryRules = (accepts: (paymentMethod: string) => boolean) =>
  z.object({
    transactionId: rules.id,
    userId: rules.id,
    amount: rules.money,
    paymentMethod: z
      .string()
      .refine(accepts, "must be a method that the payment provider knows, such as pm_ok"),
  });

/** Decodes a Try; throws the Refusal INVALID_ARGUMENT that names each wrong field. */
export function tryDecoder(accepts: (paymentMethod: string) => boolean) {
  const schema = tryRules(accepts);
  return (request: TryPaymentRequest): PaymentRequest => {
    const { transactionId, userId, amount, paymentMethod } = validate(schema, request);
    const content = { userId, amount, paymentMethod };
    return {
      operation: { kind: "try", transactionId, content, contentHash: contentHash(content) },
      traceparent: namedTraceparent(request.traceparent),
    };
  };
}

const transactionRules = z.object({ transactionId: rules.id });

/** Decodes a Confirm or Cancel; throws the Refusal INVALID_ARGUMENT. */
export const decidedDecoder =
  (kind: "confirm" | "cancel") =>
  (request: ConfirmPaymentRequest | CancelPaymentRequest): PaymentRequest => {
    const { transactionId } = validate(transactionRules, request);
    return {
      operation: { kind, transactionId },
      traceparent: namedTraceparent(request.traceparent),
    };
  };

export const getRules = transactionRules;

export const listRules = z.object({
  userId: rules.optionalId,
  state: rules.oneOf(Object.values(PaymentState), "must be a PaymentState"),
  pageSize: rules.pageSize,
  pageToken: rules.pageToken,
});
