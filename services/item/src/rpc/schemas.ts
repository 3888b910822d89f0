import { rules } from "@waybill/rpc";
import { z } from "zod";
import { maxOnHand } from "../domain/item.ts";

/** The rules of the requests; each is said in the comment of its field in the contract too. */

const maxLines = 100;
const maxNameLength = 200;
const maxReasonLength = 200;
const maxInt32 = 2_147_483_647;

const onHandRule = `must be 0 to ${maxOnHand}`;
const deltaRule = `must be -${maxOnHand} to ${maxOnHand}, not 0`;

export const createItemSchema = z.object({
  itemId: rules.id,
  name: rules.requiredText(maxNameLength),
  unitPrice: rules.money,
  onHand: z.bigint().min(0n, onHandRule).max(maxOnHand, onHandRule),
});

export const updateItemSchema = z.object({
  requestId: rules.id,
  itemId: rules.id,
  name: rules.requiredText(maxNameLength).optional(),
  unitPrice: rules.money.optional(),
  expectedVersion: rules.integer(0, maxInt32),
});

export const adjustStockSchema = z.object({
  requestId: rules.id,
  itemId: rules.id,
  delta: z
    .bigint()
    .min(-maxOnHand, deltaRule)
    .max(maxOnHand, deltaRule)
    .refine((delta) => delta !== 0n, deltaRule),
  reason: rules.text(maxReasonLength),
});

export const itemSchema = z.object({ itemId: rules.id });

/** The ids are judged one by one, so that a malformed one fails alone. */
export const itemsSchema = z.object({ itemIds: rules.batch(z.string()) });

export const listItemsSchema = z.object({ pageSize: rules.pageSize, pageToken: rules.pageToken });

export const tryReservationSchema = z.object({
  transactionId: rules.id,
  userId: rules.id,
  lines: rules.list(z.object({ itemId: rules.id, quantity: rules.quantity }), maxLines),
});

export const transactionSchema = z.object({ transactionId: rules.id });
