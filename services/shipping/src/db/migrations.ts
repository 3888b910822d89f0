import { migration } from "@waybill/persistence";

export const migrations = [
  migration("0001_shipments", [
    `create table shipments (
      order_id text primary key,
      user_id text not null,
      carrier text not null,
      tracking_number text not null,
      booked_at timestamptz not null,
      shipped_at timestamptz,
      traceparent text not null
    )`,
    "create index shipments_by_time on shipments (booked_at, order_id)",
    "create index shipments_by_user on shipments (user_id, booked_at, order_id)",
    "create index shipments_unshipped on shipments (booked_at) where shipped_at is null",
  ]),
];
