import { migration } from "@waybill/persistence";

/**
 * Ids are collated "C", so that PostgreSQL sorts them as this code does: keys are locked in one order everywhere.
 *
 * A reservation is the transaction's fence and its content in one row. There is no branch column: a transaction has exactly
 * one branch here, the reservation of all its lines.
 */
export const migrations = [
  migration("0001_items_and_reservations", [
    `create table items (
      item_id text collate "C" primary key,
      name text not null,
      price_minor bigint not null check (price_minor between 0 and 9007199254740991),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      initial_on_hand bigint not null,
      on_hand bigint not null,
      held bigint not null default 0,
      version integer not null default 1,
      content_hash text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint items_stock check (0 <= held and held <= on_hand)
    ) with (fillfactor = 70)`,
    `comment on column items.initial_on_hand is
      'Stock when the records begin: at creation, less the pieces of confirmed reservations that were purged since.'`,
    `comment on column items.content_hash is 'Of the request that created the item, so that it can be repeated.'`,
    `create table reservations (
      transaction_id text collate "C" primary key,
      state text not null check (state in ('TRIED', 'CONFIRMED', 'CANCELLED', 'BLOCKED')),
      content_hash text not null,
      user_id text not null,
      lines jsonb not null,
      total_minor bigint,
      currency text,
      expires_at timestamptz,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      constraint reservations_content check (
        state = 'BLOCKED' or (total_minor is not null and currency is not null and expires_at is not null)
      )
    )`,
    `create index reservations_expiring on reservations (expires_at, transaction_id) where state = 'TRIED'`,
    // Old rows lie together, so this finds what to purge, and costs the hot path next to nothing.
    `create index reservations_by_age on reservations using brin (updated_at)`,
    `create table stock_adjustments (
      request_id text collate "C" primary key,
      item_id text collate "C" not null references items,
      delta bigint not null check (delta <> 0),
      reason text not null,
      at timestamptz not null
    )`,
    `create table item_updates (
      request_id text collate "C" primary key,
      item_id text collate "C" not null references items,
      content_hash text not null,
      at timestamptz not null
    )`,
  ]),
];
