import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";
import type { Order, Prices } from "../domain/order.ts";
import type { OrderRow, Stored } from "./orderRow.ts";
import { linesJson, toStored } from "./orderRow.ts";

const readStatement = sql("read_orders", "select * from orders where order_id = any($1::text[])");

/** What is known of these ids; ids that were never used are absent. */
export async function readOrders(
  db: Sql,
  orderIds: readonly string[],
): Promise<Map<string, Stored>> {
  const rows = await db.rows<OrderRow>(readStatement, [[...new Set(orderIds)]]);
  return new Map(rows.map((row) => [row.order_id, toStored(row)]));
}

const insertStatement = sql(
  "insert_orders",
  `insert into orders (order_id, fate, user_id, content_hash, lines, payment_method, ship_to,
      is_coordinated, reservation_mode, total_minor, currency, placed_at, expires_at, traceparent,
      is_announced)
    select v.order_id, 'STORED', v.user_id, v.content_hash, v.lines, v.payment_method, v.ship_to,
        v.is_coordinated, v.reservation_mode, v.total_minor, v.currency, v.placed_at,
        v.expires_at, v.traceparent, false
      from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::jsonb[],
        $7::bool[], $8::text[], $9::bigint[], $10::text[], $11::timestamptz[],
        $12::timestamptz[], $13::text[])
        as v (order_id, user_id, content_hash, lines, payment_method, ship_to, is_coordinated,
          reservation_mode, total_minor, currency, placed_at, expires_at, traceparent)
      order by v.order_id
    on conflict do nothing
    returning order_id`,
);

/** Stores orders: the acknowledgement. Answers the ids that are stored by this call; the others were used before. */
export async function insertOrders(db: Sql, orders: readonly Order[]): Promise<Set<string>> {
  const column = <T>(of: (order: Order) => T): T[] => orders.map(of);
  const rows = await db.rows<{ order_id: string }>(insertStatement, [
    column((order) => order.orderId),
    column((order) => order.content.userId),
    column((order) => order.contentHash),
    column((order) => linesJson(order.content.lines, order.prices)),
    column((order) => order.content.paymentMethod),
    column((order) => order.content.shipTo && JSON.stringify(order.content.shipTo)),
    column((order) => order.content.isCoordinated),
    column((order) => order.reservationMode),
    column((order) => order.prices?.total.minorUnits),
    column((order) => order.prices?.total.currency),
    column((order) => order.placedAt),
    column((order) => order.expiresAt),
    column((order) => order.traceparent),
  ]);
  return new Set(rows.map((row) => row.order_id));
}

const abandonStatement = sql(
  "abandon_orders",
  `insert into orders (order_id, fate, placed_at, traceparent, is_announced)
    select id, 'ABANDONED', now(), '', false from unnest($1::text[]) as id order by id
    on conflict do nothing`,
);

/** Leaves a tombstone for each id that was never used. */
export async function insertTombstones(db: Sql, orderIds: readonly string[]): Promise<void> {
  await db.run(abandonStatement, [[...new Set(orderIds)]]);
}

const pricesStatement = sql(
  "record_prices",
  `update orders set lines = v.lines, total_minor = v.total_minor, currency = v.currency
    from (select given.* from unnest($1::text[], $2::jsonb[], $3::bigint[], $4::text[])
        as given (order_id, lines, total_minor, currency)
      join orders as locked on locked.order_id = given.order_id
      where locked.fate = 'STORED' and locked.total_minor is null
      order by locked.order_id for no key update of locked) as v
    where orders.order_id = v.order_id`,
);

/** Records prices of orders that have none; those recorded first stand. */
export async function recordPrices(db: Sql, prices: ReadonlyMap<string, Prices>): Promise<void> {
  const entries = [...prices];
  await db.run(pricesStatement, [
    entries.map(([orderId]) => orderId),
    entries.map(([, { lines, total }]) => linesJson(lines, { lines, total })),
    entries.map(([, { total }]) => total.minorUnits),
    entries.map(([, { total }]) => total.currency),
  ]);
}

const announcedStatement = sql(
  "mark_announced",
  `update orders set is_announced = true
    from (select order_id from orders where order_id = any($1::text[]) and not is_announced
      order by order_id for no key update) as due
    where orders.order_id = due.order_id`,
);

export async function markAnnounced(db: Sql, orderIds: readonly string[]): Promise<void> {
  await db.run(announcedStatement, [orderIds]);
}

const unannouncedStatement = sql(
  "unannounced_orders",
  `select * from orders where fate = 'STORED' and not is_announced and placed_at < $1
      and (placed_at, order_id) > ($2, $3)
    order by placed_at, order_id limit $4`,
);

const unannouncedCount = sql(
  "unannounced_count",
  `select count(*) as count from (
     select from orders where fate = 'STORED' and not is_announced limit 100000) unannounced`,
);

/** How many orders status may not know; counts up to 100,000. */
export async function countUnannounced(db: Sql): Promise<number> {
  const [found] = await db.rows<{ count: bigint }>(unannouncedCount);
  return Number(found?.count ?? 0n);
}

/** Orders that were stored before this time and that status may not know, the oldest first, after the one given. */
export async function readUnannounced(
  db: Sql,
  before: Date,
  after: Order | undefined,
  limit: number,
): Promise<Order[]> {
  const key = after === undefined ? ["-infinity", ""] : [after.placedAt, after.orderId];
  const rows = await db.rows<OrderRow>(unannouncedStatement, [before, ...key, limit]);
  return rows.flatMap((row) => {
    const stored = toStored(row);
    return stored.kind === "stored" ? [stored.order] : [];
  });
}
