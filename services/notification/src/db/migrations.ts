import { migration } from "@waybill/persistence";

export const migrations = [
  migration("0001_notifications", [
    `create table notifications (
      order_id text not null,
      version integer not null,
      user_id text not null,
      state text not null,
      subject text not null,
      text text not null,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null default now(),
      sent_by text not null default '',
      primary key (order_id, version)
    )`,
    "create index notifications_by_time on notifications (occurred_at, order_id, version)",
    "create index notifications_by_user on notifications (user_id, occurred_at, order_id, version)",
    `create table sendings (
      order_id text not null,
      version integer not null,
      channel text not null check (channel in ('EMAIL', 'SMS')),
      state text not null default 'WAITING' check (state in ('WAITING', 'SENT', 'FAILED')),
      attempts integer not null default 0,
      next_at timestamptz not null default now(),
      lease text,
      last_error text not null default '',
      sent_at timestamptz,
      traceparent text not null,
      primary key (order_id, version, channel)
    )`,
    "create index sendings_due on sendings (channel, next_at) where state = 'WAITING'",
  ]),
];
