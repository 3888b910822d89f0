import { type Sql, sql } from "@waybill/persistence";

/** The requests that changed an item, so that they can be repeated. */

export interface StockAdjustment {
  readonly requestId: string;
  readonly itemId: string;
  /** Pieces that came (positive) or went (negative). */
  readonly delta: bigint;
  readonly reason: string;
}

const findAdjustmentStatement = sql(
  "item_find_adjustment",
  "select request_id, item_id, delta, reason from stock_adjustments where request_id = $1",
);
const insertAdjustmentStatement = sql(
  "item_insert_adjustment",
  `insert into stock_adjustments (request_id, item_id, delta, reason, at)
   values ($1, $2, $3, $4, $5) on conflict do nothing`,
);
const findUpdateStatement = sql(
  "item_find_update",
  "select content_hash from item_updates where request_id = $1",
);
const insertUpdateStatement = sql(
  "item_insert_update",
  `insert into item_updates (request_id, item_id, content_hash, at)
   values ($1, $2, $3, $4) on conflict do nothing`,
);

interface AdjustmentRow {
  request_id: string;
  item_id: string;
  delta: bigint;
  reason: string;
}

export async function findAdjustment(
  db: Sql,
  requestId: string,
): Promise<StockAdjustment | undefined> {
  const [row] = await db.rows<AdjustmentRow>(findAdjustmentStatement, [requestId]);
  return (
    row && {
      requestId: row.request_id,
      itemId: row.item_id,
      delta: row.delta,
      reason: row.reason,
    }
  );
}

/** Whether it was inserted; false when the request id was used before. */
export async function insertAdjustment(
  tx: Sql,
  { requestId, itemId, delta, reason }: StockAdjustment,
  now: Date,
): Promise<boolean> {
  return (await tx.run(insertAdjustmentStatement, [requestId, itemId, delta, reason, now])) === 1;
}

/** The hash of the update with this request id. */
export async function findUpdate(db: Sql, requestId: string): Promise<string | undefined> {
  const [row] = await db.rows<{ content_hash: string }>(findUpdateStatement, [requestId]);
  return row?.content_hash;
}

/** Whether it was inserted; false when the request id was used before. */
export async function insertUpdate(
  tx: Sql,
  update: { readonly requestId: string; readonly itemId: string; readonly contentHash: string },
  now: Date,
): Promise<boolean> {
  const { requestId, itemId, contentHash } = update;
  return (await tx.run(insertUpdateStatement, [requestId, itemId, contentHash, now])) === 1;
}
