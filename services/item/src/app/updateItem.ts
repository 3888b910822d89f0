import type { Database, Sql } from "@waybill/persistence";
import { contentHash } from "@waybill/tcc";
import { lockItems, saveContent } from "../db/itemRows.ts";
import { findUpdate, insertUpdate } from "../db/requestRows.ts";
import type { Item, Money } from "../domain/item.ts";

export interface ItemUpdate {
  readonly requestId: string;
  readonly itemId: string;
  /** Undefined: unchanged; likewise the price. */
  readonly name: string | undefined;
  readonly unitPrice: Money | undefined;
  /** 0: any. */
  readonly expectedVersion: number;
}

export type Update =
  | { readonly kind: "updated"; readonly item: Item }
  | { readonly kind: "notFound" }
  | { readonly kind: "contentMismatch" }
  | { readonly kind: "versionMismatch"; readonly currentVersion: number };

/** Changes name or price, once per request id; a repetition answers the item as it is now. Reservations keep their prices. */
export const updateItem =
  (db: Database, now: () => Date) =>
  (update: ItemUpdate): Promise<Update> =>
    db.transaction(async (tx) => {
      const [item] = await lockItems(tx, [update.itemId]);
      return item ? await updateLocked(tx, item, update, now()) : { kind: "notFound" };
    });

async function updateLocked(tx: Sql, item: Item, update: ItemUpdate, now: Date): Promise<Update> {
  const { requestId, itemId, expectedVersion } = update;
  const hash = hashOf(update);
  const before = await findUpdate(tx, requestId);
  if (before === hash) return { kind: "updated", item };
  if (before !== undefined) return { kind: "contentMismatch" };
  if (expectedVersion !== 0 && expectedVersion !== item.version) {
    return { kind: "versionMismatch", currentVersion: item.version };
  }
  // Requests for this item wait for its lock, so only one for another item can have come between.
  const inserted = await insertUpdate(tx, { requestId, itemId, contentHash: hash }, now);
  if (!inserted) return { kind: "contentMismatch" };
  const updated: Item = {
    ...item,
    name: update.name ?? item.name,
    unitPrice: update.unitPrice ?? item.unitPrice,
    version: item.version + 1,
    updatedAt: now,
  };
  await saveContent(tx, updated);
  return { kind: "updated", item: updated };
}

function hashOf({ itemId, name, unitPrice, expectedVersion }: ItemUpdate): string {
  const { minorUnits, currency } = unitPrice ?? {};
  return contentHash({ itemId, name, minorUnits, currency, expectedVersion });
}
