import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";

/** The shipment of an order. */
export interface Shipment {
  readonly orderId: string;
  readonly userId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly bookedAt: Date;
  /** When the order was moved to SHIPPED; undefined before. */
  readonly shippedAt: Date | undefined;
  readonly traceparent: string;
}

interface ShipmentRow {
  readonly order_id: string;
  readonly user_id: string;
  readonly carrier: string;
  readonly tracking_number: string;
  readonly booked_at: Date;
  readonly shipped_at: Date | null;
  readonly traceparent: string;
}

function toShipment(row: ShipmentRow): Shipment {
  return {
    orderId: row.order_id,
    userId: row.user_id,
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    bookedAt: row.booked_at,
    shippedAt: row.shipped_at ?? undefined,
    traceparent: row.traceparent,
  };
}

const insertStatement = sql(
  "insert_shipments",
  `insert into shipments (order_id, user_id, carrier, tracking_number, booked_at, traceparent)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[],
        $6::text[]) as v (order_id) order by order_id
    on conflict do nothing`,
);

/** Records shipments; an order that has one keeps it. */
export async function insertShipments(db: Sql, shipments: readonly Shipment[]): Promise<void> {
  const column = <T>(of: (shipment: Shipment) => T): T[] => shipments.map(of);
  await db.run(insertStatement, [
    column((shipment) => shipment.orderId),
    column((shipment) => shipment.userId),
    column((shipment) => shipment.carrier),
    column((shipment) => shipment.trackingNumber),
    column((shipment) => shipment.bookedAt),
    column((shipment) => shipment.traceparent),
  ]);
}

const shippedStatement = sql(
  "mark_shipped",
  `update shipments set shipped_at = $2
    from (select order_id from shipments where order_id = any($1::text[]) and shipped_at is null
      order by order_id for no key update) as due
    where shipments.order_id = due.order_id`,
);

export async function markShipped(db: Sql, orderIds: readonly string[], at: Date): Promise<void> {
  await db.run(shippedStatement, [orderIds, at]);
}

const unshippedStatement = sql(
  "unshipped_shipments",
  `select * from shipments
    where shipped_at is null and booked_at < $1 and (booked_at, order_id) > ($2, $3)
    order by booked_at, order_id limit $4`,
);

/** Shipments booked before this time whose orders were not moved yet, the oldest first, after the one given. */
export async function readUnshipped(
  db: Sql,
  before: Date,
  after: Shipment | undefined,
  limit: number,
): Promise<Shipment[]> {
  const key = after === undefined ? ["-infinity", ""] : [after.bookedAt, after.orderId];
  const rows = await db.rows<ShipmentRow>(unshippedStatement, [before, ...key, limit]);
  return rows.map(toShipment);
}

const readStatement = sql("read_shipment", "select * from shipments where order_id = $1");

export async function readShipment(db: Sql, orderId: string): Promise<Shipment | undefined> {
  const [row] = await db.rows<ShipmentRow>(readStatement, [orderId]);
  return row && toShipment(row);
}

const listAll = sql(
  "list_shipments",
  `select * from shipments where (booked_at, order_id) < ($1, $2)
    order by booked_at desc, order_id desc limit $3`,
);

const listByUser = sql(
  "list_shipments_by_user",
  `select * from shipments where user_id = $4 and (booked_at, order_id) < ($1, $2)
    order by booked_at desc, order_id desc limit $3`,
);

/** One page of shipments, the latest first, after the key [booked_at, order_id]; of all users when userId is "". */
export async function listShipments(
  db: Sql,
  userId: string,
  [bookedAt, orderId]: readonly string[] = ["infinity", ""],
  limit: number,
): Promise<Shipment[]> {
  const parameters = [bookedAt, orderId, limit];
  const rows =
    userId === ""
      ? await db.rows<ShipmentRow>(listAll, parameters)
      : await db.rows<ShipmentRow>(listByUser, [...parameters, userId]);
  return rows.map(toShipment);
}
