import { migration } from "@waybill/persistence";

/** Rows come and go all the time and are few: vacuum by their number, and leave room to update in place. */
export const migrations = [
  migration("workflow_001_processes", [
    `create table processes (
      order_id text primary key,
      step text not null check (step in ('TRY', 'DECIDE', 'CONFIRM', 'CANCEL', 'FULFIL')),
      rank smallint not null,
      state text not null check (state in ('WAITING', 'STUCK')),
      since timestamptz not null,
      next_at timestamptz not null,
      attempts integer not null,
      failing_since timestamptz,
      last_error text not null,
      last_reason text not null,
      placed_at timestamptz not null,
      reservation_mode text not null check (reservation_mode in ('HELD', 'DEFERRED')),
      expires_at timestamptz,
      user_id text not null,
      traceparent text not null,
      claimed_until timestamptz
    ) with (fillfactor = 70, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)`,
    "create index processes_due on processes (step, next_at)",
    "create index processes_listed on processes (since, order_id)",
  ]),
  migration("workflow_002_dead_letter_decisions", [
    // A dead letter's id is its place in the stream, which may be lost and created anew: only with the time is it always the same one.
    `create table dead_letter_decisions (
      dead_letter_id text not null,
      dead_at timestamptz not null,
      decision text not null check (decision in ('REPLAYED', 'DISCARDED')),
      reason text not null,
      decided_by text not null,
      decided_at timestamptz not null,
      consumer text not null,
      dead_reason text not null,
      error text not null,
      subject text not null,
      stream text not null,
      sequence bigint not null,
      event_id text not null,
      event_type text not null,
      replayed_as bigint,
      primary key (dead_letter_id, dead_at, decision)
    )`,
    "create index dead_letter_decisions_listed on dead_letter_decisions (decided_at desc, dead_letter_id desc)",
  ]),
  migration("workflow_003_failing_processes", [
    "create index processes_failing on processes (failing_since) where failing_since is not null",
  ]),
];
