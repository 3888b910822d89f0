import { type Sql, sql } from "@waybill/persistence";
import type { Account } from "../domain/account.ts";

const insertStatement = sql(
  "user_insert_account",
  `with opened as (
     insert into accounts (user_id, name, email, roles, created_at) values ($1, $2, $3, $4::text[], $5)
     on conflict do nothing returning user_id, created_at)
   insert into credentials (user_id, password_hash, set_at)
   select user_id, $6, created_at from opened where $6::text is not null`,
);
const findStatement = sql(
  "user_find_account",
  "select user_id, name, email, roles, created_at from accounts where user_id = $1",
);

interface AccountRow {
  user_id: string;
  name: string;
  email: string;
  roles: Account["roles"];
  created_at: Date;
}

/** Inserts the account with its password, if any; nothing when its id or email address is taken, not even the password. */
export async function insertAccount(
  db: Sql,
  { userId, name, email, roles, createdAt }: Account,
  passwordHash: string | undefined,
): Promise<void> {
  await db.run(insertStatement, [userId, name, email, roles, createdAt, passwordHash]);
}

/** The account as the transaction sees it. */
export async function findAccount(tx: Sql, userId: string): Promise<Account | undefined> {
  const [row] = await tx.rows<AccountRow>(findStatement, [userId]);
  if (row === undefined) return undefined;
  const { user_id, created_at, ...rest } = row;
  return { userId: user_id, createdAt: created_at, ...rest };
}
