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
];
