import { migration, type Sql, sql } from "@waybill/persistence";
import type { Account, EntryKind } from "./simulatedRules.ts";

/** The ledger is what auditors read: rows are only ever added. The other tables are the provider's working state. */
export const providerMigrations = [
  migration("0001_ledger", [
    `create table ledger (
      key            text collate "C" not null,
      kind           text not null check (kind in ('authorized', 'declined', 'pending', 'captured', 'voided')),
      transaction_id text collate "C" not null,
      reference      text collate "C" not null,
      amount         bigint not null,
      currency       text not null,
      at             timestamptz not null,
      primary key (key, kind)
    )`,
    "create index ledger_by_transaction on ledger (transaction_id)",
    `create table authorizations (
      reference      text collate "C" primary key,
      key            text not null,
      transaction_id text not null,
      amount         bigint not null,
      currency       text not null,
      payment_method text not null,
      state          text not null,
      authorized_at  timestamptz,
      answer_at      timestamptz not null,
      call_back_at   timestamptz,
      capture_key    text not null
    )`,
    `create index authorizations_to_call_back on authorizations (call_back_at)
      where call_back_at is not null`,
    'create table flaky_calls (key text collate "C" primary key, failures integer not null)',
  ]),
];

/** A new row of the ledger. */
export interface Entry {
  readonly key: string;
  readonly kind: EntryKind;
  readonly account: Account;
}

interface AccountRow {
  readonly reference: string;
  readonly key: string;
  readonly transaction_id: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly payment_method: string;
  readonly state: EntryKind;
  readonly authorized_at: Date | null;
  readonly answer_at: Date;
  readonly call_back_at: Date | null;
  readonly capture_key: string;
}

const columns = `reference, key, transaction_id, amount, currency, payment_method, state, authorized_at,
  answer_at, call_back_at, capture_key`;

const open = sql(
  "provider_open",
  `insert into authorizations (${columns})
   select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
     $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::text[])
   on conflict (reference) do nothing returning reference`,
);

/** Opens accounts; answers the references of those that were not open yet. */
export async function openAccounts(
  tx: Sql,
  accounts: readonly Account[],
): Promise<ReadonlySet<string>> {
  if (accounts.length === 0) return new Set();
  const sorted = [...accounts].sort((a, b) => (a.reference < b.reference ? -1 : 1));
  const opened = await tx.rows<{ reference: string }>(open, [
    sorted.map((account) => account.reference),
    sorted.map((account) => account.key),
    sorted.map((account) => account.transactionId),
    sorted.map((account) => account.amount.minorUnits),
    sorted.map((account) => account.amount.currency),
    sorted.map((account) => account.paymentMethod),
    sorted.map((account) => account.state),
    sorted.map((account) => account.authorizedAt),
    sorted.map((account) => account.answerAt),
    sorted.map((account) => account.callBackAt),
    sorted.map((account) => account.captureKey),
  ]);
  return new Set(opened.map((row) => row.reference));
}

const lock = sql(
  "provider_lock",
  `select ${columns} from authorizations where reference = any($1::text[])
   order by reference for no key update`,
);

export async function lockAccounts(
  tx: Sql,
  references: readonly string[],
): Promise<readonly Account[]> {
  if (references.length === 0) return [];
  return (await tx.rows<AccountRow>(lock, [references])).map(toAccount);
}

const save = sql(
  "provider_save",
  `update authorizations set state = changed.state, call_back_at = changed.call_back_at,
     capture_key = changed.capture_key
   from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
     as changed (reference, state, call_back_at, capture_key)
   where authorizations.reference = changed.reference`,
);

export async function saveAccounts(tx: Sql, accounts: readonly Account[]): Promise<void> {
  if (accounts.length === 0) return;
  await tx.run(save, [
    accounts.map((account) => account.reference),
    accounts.map((account) => account.state),
    accounts.map((account) => account.callBackAt),
    accounts.map((account) => account.captureKey),
  ]);
}

const enter = sql(
  "provider_enter",
  `insert into ledger (key, kind, transaction_id, reference, amount, currency, at)
   select *, $7::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])`,
);

export async function enterIntoLedger(tx: Sql, entries: readonly Entry[], at: Date): Promise<void> {
  if (entries.length === 0) return;
  await tx.run(enter, [
    entries.map((entry) => entry.key),
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.account.transactionId),
    entries.map((entry) => entry.account.reference),
    entries.map((entry) => entry.account.amount.minorUnits),
    entries.map((entry) => entry.account.amount.currency),
    at,
  ]);
}

const fail = sql(
  "provider_fail",
  `insert into flaky_calls (key, failures) select key, 1 from unnest($1::text[]) as key order by key
   on conflict (key) do update set failures = flaky_calls.failures + 1
     where flaky_calls.failures < $2
   returning key`,
);

/** Counts a failure of each of these keys, up to `most` each; answers the keys that had failures left. */
export async function failCalls(
  tx: Sql,
  keys: readonly string[],
  most: number,
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const failed = await tx.rows<{ key: string }>(fail, [[...new Set(keys)], most]);
  return new Set(failed.map((row) => row.key));
}

// By an array, which is planned as few: the limit is planned as a tenth of the table, for which all of it would be read.
const mature = sql(
  "provider_mature",
  `with matured as (
     update authorizations set call_back_at = $2, state = 'authorized',
       authorized_at = coalesce(authorized_at, $1)
     where reference = any(array(
       select reference from authorizations where call_back_at <= $1
       order by call_back_at limit $3 for no key update skip locked))
     returning authorizations.*),
   entered as (
     insert into ledger (key, kind, transaction_id, reference, amount, currency, at)
     select key, 'authorized', transaction_id, reference, amount, currency, $1 from matured
     on conflict do nothing)
   select ${columns} from matured`,
);

/**
 * Authorises what was pending until `at`, and answers what is to be called back: each account to one caller at a time,
 * again from `again` on unless it was called back by then.
 */
export async function matureAccounts(
  db: Sql,
  at: Date,
  again: Date,
  limit: number,
): Promise<readonly Account[]> {
  return (await db.rows<AccountRow>(mature, [at, again, limit])).map(toAccount);
}

// Locked in the order of references first, as everywhere: an update alone would lock in the order of its plan.
const calledBack = sql(
  "provider_called_back",
  `with told as (
     select reference from authorizations where reference = any($1::text[])
     order by reference for no key update)
   update authorizations set call_back_at = null from told
   where authorizations.reference = told.reference`,
);

export async function markCalledBack(db: Sql, references: readonly string[]): Promise<void> {
  await db.run(calledBack, [references]);
}

const toAccount = (row: AccountRow): Account => ({
  reference: row.reference,
  key: row.key,
  transactionId: row.transaction_id,
  amount: { minorUnits: row.amount, currency: row.currency },
  paymentMethod: row.payment_method,
  state: row.state,
  authorizedAt: row.authorized_at ?? undefined,
  answerAt: row.answer_at,
  callBackAt: row.call_back_at ?? undefined,
  captureKey: row.capture_key,
});
