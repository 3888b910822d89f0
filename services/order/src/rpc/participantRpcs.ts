import type { BatchingPoint } from "@waybill/batching";
import type { Logger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import {
  type AbandonOrderResponse,
  AbandonOutcome,
  type OrderServiceImplementation,
  type RecordPricesRequest,
  type RecordPricesResponse,
} from "@waybill/contracts/order";
import { coalesced, refuse, rules, toResult, validate } from "@waybill/rpc";
import { z } from "zod";
import type { Fate } from "../app/abandonOrders.ts";
import type { Pricing, PricingResult } from "../app/recordPrices.ts";
import { orderNotFound } from "../app/refusals.ts";
import { sumOf } from "../domain/prices.ts";
import { contentMessage } from "./mapping.ts";

const maxLines = 100;

const pricingRule = z
  .object({
    orderId: rules.id,
    lines: rules.list(
      z.object({
        itemId: rules.id,
        quantity: rules.quantity,
        name: rules.requiredText(200),
        unitPrice: rules.money,
      }),
      maxLines,
    ),
    total: rules.money,
  })
  .superRefine(({ lines, total }, check) => {
    lines.forEach(({ unitPrice: { currency } }, index) => {
      if (currency === total.currency) return;
      const path = ["lines", index, "unitPrice", "currency"];
      check.addIssue({ code: "custom", path, message: "must be the currency of the total" });
    });
    if (sumOf(lines) === total.minorUnits) return;
    const message = `must be the sum of all lines, ${sumOf(lines)}`;
    check.addIssue({ code: "custom", path: ["total", "minorUnits"], message });
  });

const abandonRule = z.object({ orderId: rules.id });

/** What only other services ask for: RecordPrices, AbandonOrder and their batches. */
export function participantRpcs(
  pricings: BatchingPoint<Pricing, PricingResult>,
  abandonments: BatchingPoint<string, Fate>,
  logger: Logger,
): Pick<
  OrderServiceImplementation,
  "recordPrices" | "batchRecordPrices" | "abandonOrder" | "batchAbandonOrders"
> {
  const record = coalesced({ point: pricings, logger, decode: toPricing, encode: pricingResponse });
  const abandon = coalesced({
    point: abandonments,
    logger,
    decode: ({ orderId }: { orderId: string }) => validate(abandonRule, { orderId }).orderId,
    encode: abandonResponse,
  });
  return {
    recordPrices: record.one,
    batchRecordPrices: async ({ requests }, context) => {
      const results = await record.many(requests, context);
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
    abandonOrder: abandon.one,
    batchAbandonOrders: async ({ orderIds }, context) => {
      const results = await abandon.many(
        orderIds.map((orderId) => ({ orderId })),
        context,
        "order_ids",
      );
      return { results: results.map((result) => ({ result: toResult(result) })) };
    },
  };
}

function toPricing(request: RecordPricesRequest): Pricing {
  const { orderId, lines, total } = validate(pricingRule, request);
  return { orderId, prices: { lines, total } };
}

function pricingResponse(result: PricingResult): RecordPricesResponse {
  switch (result.kind) {
    case "priced":
      return { order: contentMessage(result.order) };
    case "unknown":
      throw orderNotFound(result.orderId);
    case "mismatch":
      throw refuse.alreadyExists(
        ErrorReason.CONTENT_MISMATCH,
        `The prices are not for the lines of order ${result.orderId}.`,
        { order_id: result.orderId },
      );
    default:
      return result satisfies never;
  }
}

function abandonResponse(fate: Fate): AbandonOrderResponse {
  if (fate === "abandoned") return { outcome: AbandonOutcome.ABANDONED };
  if (fate === "stored") return { outcome: AbandonOutcome.STORED };
  throw refuse.unavailable(
    ErrorReason.CALLEE_UNAVAILABLE,
    "The order is stored, and status could not be told of it. Keep the hold.",
    1_000,
    { callee: "status" },
  );
}
