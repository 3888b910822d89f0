import type { Address, CreateOrderRequest, Order } from "@waybill/contracts/order";
import { rules } from "@waybill/rpc";
import { z } from "zod";
import { orderKey } from "../app/idempotency.ts";
import { statusOf } from "../app/statusNames.ts";
import {
  amountOf,
  minorUnits,
  optionalTimeOf,
  present,
  time,
  timeOf,
  traceFields,
} from "../http/fields.ts";
import type { FieldNames } from "../http/problem.ts";
import type { TraceLinks } from "./parts.ts";

const maxLines = 100;

const address = z.object({
  name: rules.requiredText(200),
  street: z.array(rules.requiredText(200)).min(1).max(3),
  postalCode: rules.text(20),
  city: rules.requiredText(100),
  region: rules.text(100).default(""),
  country: rules.country,
});

/** What to order. */
export const orderRequest = z.object({
  orderId: rules.id.optional().meta({ description: "Names the order, and makes it repeatable" }),
  userId: rules.id
    .optional()
    .meta({ description: "A customer orders for itself, and need not say so" }),
  items: rules.list(z.object({ itemId: rules.id, quantity: rules.quantity }), maxLines),
  status: z.literal("PENDING", "must be PENDING: every order begins so").optional(),
  paymentMethod: rules.requiredText(64).optional(),
  shipTo: address.optional(),
});

/** How that is called in the contract. */
export const orderFieldNames: FieldNames = [
  [/^(order\.)?lines(?=\b)/, "order.items"],
  [/^(order\.)?requestId$/, "idempotency-key"],
  [/^(?=(userId|orderId|paymentMethod|shipTo)\b)/, "order."],
];

/** An order as it is answered. */
export const orderBody = z
  .object({
    orderId: z.string(),
    userId: z.string(),
    status: z.string(),
    reason: z
      .string()
      .optional()
      .meta({ description: "Why it is in this state, such as PAYMENT_DECLINED" }),
    items: z.array(
      z.object({
        itemId: z.string(),
        quantity: z.int(),
        itemName: z.string().optional(),
        unitPrice: minorUnits.optional(),
      }),
    ),
    total: minorUnits.optional().meta({ description: "Absent while the order has no prices" }),
    currency: z.string().optional(),
    paymentMethod: z.string(),
    shipTo: address.optional(),
    version: z.int().meta({ description: "Counts the transitions" }),
    placedAt: time,
    cancellableUntil: time.optional().meta({
      format: "date-time",
      description: "Until when it can surely be cancelled; told of a single order that is PENDING",
    }),
    expiresAt: time.optional().meta({
      format: "date-time",
      description: "When the order of an outside coordinator is cancelled unless confirmed",
    }),
    ...traceFields,
  })
  .meta({ id: "Order" });

/** The order as JSON has it. */
export function orderOf(order: Order, traceLink: TraceLinks): z.output<typeof orderBody> {
  const { orderId, userId, state, reason, lines, total, paymentMethod, shipTo, version } = order;
  return {
    orderId,
    userId,
    status: statusOf(state),
    reason: reason || undefined,
    items: lines.map(({ itemId, quantity, name, unitPrice }) => ({
      itemId,
      quantity,
      itemName: name || undefined,
      unitPrice: amountOf(unitPrice),
    })),
    total: amountOf(total),
    currency: total?.currency,
    paymentMethod,
    shipTo,
    version,
    placedAt: timeOf(present(order.placedAt, "the time")),
    expiresAt: optionalTimeOf(order.expiresAt),
    ...traceLink(order.traceparent),
  };
}

/** What the order service is asked for; by default for this user, paid by this method. */
export function toCreateOrder(
  order: z.output<typeof orderRequest>,
  idempotencyKey: string | undefined,
  defaults: { readonly userId: string; readonly paymentMethod: string },
): CreateOrderRequest {
  const { userId = defaults.userId, items, paymentMethod = defaults.paymentMethod, shipTo } = order;
  return {
    ...orderKey(order.orderId, idempotencyKey),
    userId,
    lines: items.map((line) => ({ ...line, name: "", unitPrice: undefined })),
    paymentMethod,
    shipTo: shipTo satisfies Address | undefined,
    traceparent: "",
  };
}
