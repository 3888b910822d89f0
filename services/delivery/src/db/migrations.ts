import { migration } from "@waybill/persistence";

export const migrations = [
  migration("0001_deliveries", [
    `create table deliveries (
      order_id text primary key,
      user_id text not null,
      started_at timestamptz not null,
      due_at timestamptz not null,
      delivered_at timestamptz,
      traceparent text not null
    )`,
    "create index deliveries_by_time on deliveries (started_at, order_id)",
    "create index deliveries_by_user on deliveries (user_id, started_at, order_id)",
    "create index deliveries_under_way on deliveries (due_at) where delivered_at is null",
  ]),
];
