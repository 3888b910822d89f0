import { migration } from "@waybill/persistence";

export const migrations = [
  migration("0001_orders", [
    // An ABANDONED row is a tombstone: the id can never be stored any more, and it has no content.
    `create table orders (
      order_id text primary key,
      fate text not null,
      user_id text,
      content_hash text,
      lines jsonb,
      payment_method text,
      ship_to jsonb,
      is_coordinated boolean,
      reservation_mode text,
      total_minor bigint,
      currency text,
      placed_at timestamptz not null,
      expires_at timestamptz,
      traceparent text not null,
      is_announced boolean not null,
      check (fate in ('STORED', 'ABANDONED')),
      check (fate = 'ABANDONED' or (user_id is not null and content_hash is not null
        and lines is not null and payment_method is not null and is_coordinated is not null
        and reservation_mode is not null)),
      check ((total_minor is null) = (currency is null))
    )`,
    `create index orders_unannounced on orders (placed_at)
      where fate = 'STORED' and not is_announced`,
  ]),
];
