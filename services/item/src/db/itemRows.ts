import { type Sql, sql } from "@waybill/persistence";
import type { Item, Money, StockedItem } from "../domain/item.ts";

interface ItemRow {
  item_id: string;
  name: string;
  price_minor: bigint;
  currency: string;
  on_hand: bigint;
  held: bigint;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const columns =
  "item_id, name, price_minor, currency, on_hand, held, version, created_at, updated_at";

const lockStatement = sql(
  "item_lock",
  `select ${columns} from items where item_id = any($1::text[]) order by item_id for no key update`,
);
const findStatement = sql(
  "item_find",
  `select ${columns} from items where item_id = any($1::text[])`,
);
const listStatement = sql(
  "item_list",
  `select ${columns} from items where item_id > $1 order by item_id limit $2`,
);
const saveStockStatement = sql(
  "item_save_stock",
  `update items set on_hand = new.on_hand, held = new.held
   from unnest($1::text[], $2::bigint[], $3::bigint[]) as new (item_id, on_hand, held)
   where items.item_id = new.item_id`,
);
const takeFromInitialStatement = sql(
  "item_take_from_initial",
  `update items set initial_on_hand = initial_on_hand - taken.quantity
   from unnest($1::text[], $2::bigint[]) as taken (item_id, quantity)
   where items.item_id = taken.item_id`,
);
const insertStatement = sql(
  "item_insert",
  `insert into items
     (item_id, name, price_minor, currency, initial_on_hand, on_hand, content_hash, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $5, $6, $7, $7)
   on conflict do nothing`,
);
const creationHashStatement = sql(
  "item_creation_hash",
  "select content_hash from items where item_id = $1",
);
const saveContentStatement = sql(
  "item_save_content",
  `update items set name = $2, price_minor = $3, currency = $4, version = $5, updated_at = $6
   where item_id = $1`,
);

/** Locks the items that exist, in the order of their ids, whatever that of the list. */
export async function lockItems(tx: Sql, itemIds: readonly string[]): Promise<readonly Item[]> {
  if (itemIds.length === 0) return [];
  return (await tx.rows<ItemRow>(lockStatement, [itemIds])).map(toItem);
}

/** The items that exist, by id. */
export async function findItems(
  db: Sql,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const rows = await db.rows<ItemRow>(findStatement, [itemIds]);
  return new Map(rows.map((row) => [row.item_id, toItem(row)]));
}

/** Items by their id, beginning after the one given. */
export async function listItems(db: Sql, afterId: string, limit: number): Promise<readonly Item[]> {
  return (await db.rows<ItemRow>(listStatement, [afterId, limit])).map(toItem);
}

/** Writes the stock of items that the transaction has locked. */
export async function saveStock(tx: Sql, items: readonly StockedItem[]): Promise<void> {
  if (items.length === 0) return;
  await tx.run(saveStockStatement, [
    items.map((item) => item.itemId),
    items.map((item) => item.onHand),
    items.map((item) => item.held),
  ]);
}

/** Lowers the recorded initial stock of items that the transaction has locked, by these pieces. */
export async function takeFromInitialStock(
  tx: Sql,
  taken: ReadonlyMap<string, bigint>,
): Promise<void> {
  if (taken.size === 0) return;
  await tx.run(takeFromInitialStatement, [[...taken.keys()], [...taken.values()]]);
}

export interface NewItem {
  readonly itemId: string;
  readonly name: string;
  readonly unitPrice: Money;
  readonly onHand: bigint;
}

/** Whether the item was inserted; false when there is one with this id. */
export async function insertItem(
  db: Sql,
  { itemId, name, unitPrice, onHand }: NewItem,
  contentHash: string,
  now: Date,
): Promise<boolean> {
  const { minorUnits, currency } = unitPrice;
  const values = [itemId, name, minorUnits, currency, onHand, contentHash, now];
  return (await db.run(insertStatement, values)) === 1;
}

/** The hash of the request that created the item. */
export async function creationHash(db: Sql, itemId: string): Promise<string | undefined> {
  const [row] = await db.rows<{ content_hash: string }>(creationHashStatement, [itemId]);
  return row?.content_hash;
}

/** Writes name, price and version of an item that the transaction has locked. */
export async function saveContent(tx: Sql, item: Item): Promise<void> {
  const { minorUnits, currency } = item.unitPrice;
  const { itemId, name, version, updatedAt } = item;
  await tx.run(saveContentStatement, [itemId, name, minorUnits, currency, version, updatedAt]);
}

function toItem(row: ItemRow): Item {
  return {
    itemId: row.item_id,
    name: row.name,
    unitPrice: { minorUnits: row.price_minor, currency: row.currency },
    onHand: row.on_hand,
    held: row.held,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
