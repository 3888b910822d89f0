import { streamPositionsTable, unpublishedIndex } from "@waybill/messaging";
import { migration } from "@waybill/persistence";

/** Fence and content in one row: they are written by the same statement. */
const payments = `
  create table payments (
    transaction_id     text collate "C" primary key,
    state              text not null check (state in (
                         'TRYING', 'PENDING', 'TRIED', 'DECLINED', 'CONFIRMING', 'CONFIRMED',
                         'CANCELLING', 'CANCELLED', 'BLOCKED')),
    content_hash       text not null,
    user_id            text collate "C",
    amount_minor       bigint check (amount_minor >= 0),
    currency           text,
    payment_method     text,
    provider_reference text,
    decline_reason     text,
    expires_at         timestamptz not null,
    traceparent        text not null,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    -- No index names what changes before the decision, so that those updates are heap-only.
    is_open            boolean not null generated always as (state in (
                         'TRYING', 'PENDING', 'TRIED', 'CONFIRMING', 'CANCELLING')) stored,
    constraint content_of_a_try check (state = 'BLOCKED' or (
      user_id is not null and amount_minor is not null and currency is not null
      and payment_method is not null)),
    constraint authorisation check (
      state not in ('PENDING', 'TRIED', 'CONFIRMING', 'CONFIRMED')
      or provider_reference is not null)
  ) with (fillfactor = 50)`; // A batch updates all rows of a page at once: there is room for each row's next version.

/** Replaced by `due`. */
const open = "create index payments_open on payments (transaction_id) where is_open";

/** CONFIRMING and CANCELLING, which the settler looks at; the reaper looks at the others that are open. */
const decided = `
  alter table payments add column is_decided boolean not null
    generated always as (state in ('CONFIRMING', 'CANCELLING')) stored`;
/** What somebody has to look at again when its time has come, and nothing else: see PaymentRecord.expiresAt. */
const due = `
  create index payments_due on payments (is_decided, expires_at, transaction_id) where is_open`;

const latest = "create index payments_latest on payments (created_at, transaction_id)";
const latestOfUser =
  "create index payments_latest_of_user on payments (user_id, created_at, transaction_id)";

/** The journal of late answers: what the relay publishes. */
const events = `
  create table payment_events (
    transaction_id   text collate "C" primary key,
    outcome          text not null check (outcome in ('AUTHORIZED', 'DECLINED')),
    decline_reason   text not null,
    user_id          text not null,
    amount_minor     bigint not null,
    currency         text not null,
    occurred_at      timestamptz not null,
    traceparent      text not null,
    publications     integer not null default 0,
    published_seq    bigint
  )`;
/** Replaced by one that tells what was never published from what the stream has lost. */
const unpublished = `
  create index payment_events_unpublished on payment_events (occurred_at)
    where published_seq is null`;
const published = `
  create index payment_events_published on payment_events (published_seq)
    where published_seq is not null`;

export const migrations = [
  migration("0001_payments", [payments, open, latest, latestOfUser]),
  migration("0002_payment_events", [events, unpublished, published, streamPositionsTable]),
  migration("0003_due_payments", [decided, due, "drop index payments_open"]),
  migration("0004_lost_payment_events", [
    "drop index payment_events_unpublished",
    unpublishedIndex("payment_events"),
  ]),
];
