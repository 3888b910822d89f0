import type { Database, Sql } from "@waybill/persistence";
import { lockItems, saveStock } from "../db/itemRows.ts";
import { findAdjustment, insertAdjustment, type StockAdjustment } from "../db/requestRows.ts";
import { adjust } from "../domain/adjusting.ts";
import type { Item } from "../domain/item.ts";

export type StockAdjusted =
  | { readonly kind: "adjusted"; readonly item: Item }
  | { readonly kind: "notFound" }
  | { readonly kind: "contentMismatch" }
  | { readonly kind: "insufficient" | "tooMany"; readonly item: Item };

/** Adds or takes out pieces, once per request id; a repetition answers the item as it is now. A refusal leaves nothing. */
export const adjustStock =
  (db: Database, now: () => Date) =>
  (adjustment: StockAdjustment): Promise<StockAdjusted> =>
    db.transaction(async (tx) => {
      const [item] = await lockItems(tx, [adjustment.itemId]);
      return item ? await adjustLocked(tx, item, adjustment, now()) : { kind: "notFound" };
    });

async function adjustLocked(
  tx: Sql,
  item: Item,
  adjustment: StockAdjustment,
  now: Date,
): Promise<StockAdjusted> {
  const before = await findAdjustment(tx, adjustment.requestId);
  if (before !== undefined) {
    return isSame(before, adjustment) ? { kind: "adjusted", item } : { kind: "contentMismatch" };
  }
  const result = adjust(item, adjustment.delta);
  if (result.kind !== "adjusted") return { kind: result.kind, item };
  // Requests for this item wait for its lock, so only one for another item can have come between.
  if (!(await insertAdjustment(tx, adjustment, now))) return { kind: "contentMismatch" };
  const adjusted = { ...item, onHand: result.onHand };
  await saveStock(tx, [adjusted]);
  return { kind: "adjusted", item: adjusted };
}

function isSame(a: StockAdjustment, b: StockAdjustment): boolean {
  return a.itemId === b.itemId && a.delta === b.delta && a.reason === b.reason;
}
