import type { Database } from "@waybill/persistence";
import { contentHash } from "@waybill/tcc";
import { creationHash, findItems, insertItem, type NewItem } from "../db/itemRows.ts";
import type { Item } from "../domain/item.ts";

export type Creation =
  | { readonly kind: "created"; readonly item: Item }
  | { readonly kind: "contentMismatch" };

/** Adds an item. With the content that it was created with, a repetition answers the item as it is now. */
export const createItem =
  (db: Database, now: () => Date) =>
  async (item: NewItem): Promise<Creation> => {
    const { itemId, name, onHand, unitPrice } = item;
    const { minorUnits, currency } = unitPrice;
    const hash = contentHash({ name, onHand, minorUnits, currency });
    const inserted = await insertItem(db, item, hash, now());
    if (!inserted && (await creationHash(db, itemId)) !== hash) return { kind: "contentMismatch" };
    const found = (await findItems(db, [itemId])).get(itemId);
    if (found === undefined)
      throw new Error(`item ${itemId} has vanished; items are never deleted`);
    return { kind: "created", item: found };
  };
