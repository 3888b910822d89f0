import type { Sql } from "@waybill/persistence";
import { sql } from "@waybill/persistence";

/** The delivery of an order. */
export interface Delivery {
  readonly orderId: string;
  readonly userId: string;
  readonly startedAt: Date;
  readonly dueAt: Date;
  /** When the order was moved to DELIVERED; undefined before. */
  readonly deliveredAt: Date | undefined;
  readonly traceparent: string;
}

interface DeliveryRow {
  readonly order_id: string;
  readonly user_id: string;
  readonly started_at: Date;
  readonly due_at: Date;
  readonly delivered_at: Date | null;
  readonly traceparent: string;
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    orderId: row.order_id,
    userId: row.user_id,
    startedAt: row.started_at,
    dueAt: row.due_at,
    deliveredAt: row.delivered_at ?? undefined,
    traceparent: row.traceparent,
  };
}

const insertStatement = sql(
  "insert_deliveries",
  `insert into deliveries (order_id, user_id, started_at, due_at, traceparent)
    select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[])
      as v (order_id) order by order_id
    on conflict do nothing`,
);

/** Records deliveries; an order that has one keeps it. */
export async function insertDeliveries(db: Sql, deliveries: readonly Delivery[]): Promise<void> {
  const column = <T>(of: (delivery: Delivery) => T): T[] => deliveries.map(of);
  await db.run(insertStatement, [
    column((delivery) => delivery.orderId),
    column((delivery) => delivery.userId),
    column((delivery) => delivery.startedAt),
    column((delivery) => delivery.dueAt),
    column((delivery) => delivery.traceparent),
  ]);
}

const deliveredStatement = sql(
  "mark_delivered",
  `update deliveries set delivered_at = $2
    from (select order_id from deliveries
      where order_id = any($1::text[]) and delivered_at is null
      order by order_id for no key update) as due
    where deliveries.order_id = due.order_id`,
);

export async function markDelivered(db: Sql, orderIds: readonly string[], at: Date): Promise<void> {
  await db.run(deliveredStatement, [orderIds, at]);
}

const dueStatement = sql(
  "due_deliveries",
  `select * from deliveries
    where delivered_at is null and due_at <= $1 and (due_at, order_id) > ($2, $3)
    order by due_at, order_id limit $4`,
);

/** Deliveries due by this time whose orders were not moved yet, the longest due first, after the one given. */
export async function readDue(
  db: Sql,
  by: Date,
  after: Delivery | undefined,
  limit: number,
): Promise<Delivery[]> {
  const key = after === undefined ? ["-infinity", ""] : [after.dueAt, after.orderId];
  const rows = await db.rows<DeliveryRow>(dueStatement, [by, ...key, limit]);
  return rows.map(toDelivery);
}

const readStatement = sql("read_delivery", "select * from deliveries where order_id = $1");

export async function readDelivery(db: Sql, orderId: string): Promise<Delivery | undefined> {
  const [row] = await db.rows<DeliveryRow>(readStatement, [orderId]);
  return row && toDelivery(row);
}

const listAll = sql(
  "list_deliveries",
  `select * from deliveries where (started_at, order_id) < ($1, $2)
    order by started_at desc, order_id desc limit $3`,
);

const listByUser = sql(
  "list_deliveries_by_user",
  `select * from deliveries where user_id = $4 and (started_at, order_id) < ($1, $2)
    order by started_at desc, order_id desc limit $3`,
);

/** One page of deliveries, the latest first, after the key [started_at, order_id]; of all users when userId is "". */
export async function listDeliveries(
  db: Sql,
  userId: string,
  [startedAt, orderId]: readonly string[] = ["infinity", ""],
  limit: number,
): Promise<Delivery[]> {
  const parameters = [startedAt, orderId, limit];
  const rows =
    userId === ""
      ? await db.rows<DeliveryRow>(listAll, parameters)
      : await db.rows<DeliveryRow>(listByUser, [...parameters, userId]);
  return rows.map(toDelivery);
}
