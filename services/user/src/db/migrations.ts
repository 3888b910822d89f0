import { migration } from "@waybill/persistence";

export const migrations = [
  migration("0001_accounts", [
    `create table accounts (
      user_id text collate "C" primary key,
      name text not null,
      email text not null unique,
      roles text[] not null,
      created_at timestamptz not null
    )`,
  ]),
  migration("0002_credentials", [
    // Apart from the accounts, so that reading accounts never touches a hash.
    `create table credentials (
      user_id text collate "C" primary key references accounts,
      password_hash text not null,
      set_at timestamptz not null
    )`,
    `create table login_attempts (
      key text collate "C" not null,
      attempt_id uuid not null,
      at timestamptz not null,
      primary key (key, attempt_id)
    )`,
    "create index login_attempts_at on login_attempts (at)",
  ]),
  migration("0003_tokens", [
    `create table token_families (
      family_id uuid primary key,
      user_id text collate "C" not null references accounts,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz
    )`,
    "create index token_families_user on token_families (user_id)",
    "create index token_families_expires on token_families (expires_at)",
    `create table refresh_tokens (
      token_hash text collate "C" primary key,
      family_id uuid not null references token_families on delete cascade,
      issued_at timestamptz not null,
      expires_at timestamptz not null,
      exchanged_at timestamptz
    )`,
    "create index refresh_tokens_family on refresh_tokens (family_id)",
    "create index refresh_tokens_expires on refresh_tokens (expires_at)",
    `create table signing_keys (
      key_id text collate "C" primary key,
      request_id text collate "C" unique,
      public_jwk jsonb not null,
      private_key text,
      encryption text not null check (encryption in ('NONE', 'AES-256-GCM')),
      created_at timestamptz not null,
      ended_at timestamptz,
      check ((private_key is null) = (ended_at is not null))
    )`,
  ]),
  migration("0004_refresh_grace", ["alter table refresh_tokens add column successor_salt text"]),
];
