import { streamPositionsTable, unpublishedIndex } from "@waybill/messaging";
import { migration } from "@waybill/persistence";

export const migrations = [
  migration("0001_statuses", [
    `create table statuses (
      order_id text primary key,
      user_id text not null,
      state text not null,
      previous_state text,
      version integer not null,
      tried boolean not null,
      reservation_mode text not null,
      total_minor bigint,
      currency text,
      placed_at timestamptz not null,
      moved_at timestamptz not null,
      expires_at timestamptz,
      reason text not null,
      traceparent text not null,
      reannounce_at timestamptz,
      reannouncements integer not null default 0,
      -- Null while the order is open. No index names what changes before the end, so that those updates are heap-only.
      ended_state text generated always as (case when state in ('DELIVERED', 'CANCELLED') then state end) stored,
      check (state in ('PENDING', 'CONFIRMED', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
      check ((total_minor is null) = (currency is null))
    ) with (fillfactor = 50)`, // A batch updates all rows of a page at once: there is room for each row's next version.
    "create index statuses_by_time on statuses (placed_at, order_id)",
    "create index statuses_by_user on statuses (user_id, placed_at, order_id)",
    `create index statuses_by_end on statuses (ended_state, placed_at, order_id)
      where ended_state is not null`,
    // Apart from the others, since "is null" of a first column does not let an index give the order of the rest.
    "create index statuses_open on statuses (placed_at, order_id) where ended_state is null",
    `create table transitions (
      order_id text not null, -- Of statuses; written in one transaction, so a foreign key would only cost.
      version integer not null,
      from_state text,
      to_state text not null,
      reason text not null,
      actor_kind text not null,
      actor_id text not null,
      occurred_at timestamptz not null,
      traceparent text not null,
      publications integer not null default 0,
      published_seq bigint,
      primary key (order_id, version)
    )`,
    `create index transitions_unpublished on transitions (occurred_at)
      where published_seq is null`,
    `create index transitions_published on transitions (published_seq)
      where published_seq is not null`,
    streamPositionsTable,
  ]),
  // What it names does not change with the moves of an order: see updateStatuses.
  migration("0002_unmoved_statuses", [
    "create index statuses_unmoved on statuses (reannounce_at) where ended_state is null",
  ]),
  // Tells what was never published from what the stream has lost.
  migration("0003_lost_transitions", [
    "drop index transitions_unpublished",
    unpublishedIndex("transitions"),
  ]),
];
