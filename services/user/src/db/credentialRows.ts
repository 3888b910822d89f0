import { type Sql, sql } from "@waybill/persistence";

/** What a login is checked against. */
export interface Credential {
  readonly userId: string;
  /** Undefined: the account has no password. */
  readonly passwordHash: string | undefined;
  readonly email: string;
}

interface CredentialRow {
  user_id: string;
  email: string;
  password_hash: string | null;
}

const byEmailStatement = sql(
  "user_credential_by_email",
  `select user_id, email, password_hash from accounts left join credentials using (user_id) where email = $1`,
);
const byUserStatement = sql(
  "user_credential_by_user",
  `select user_id, email, password_hash from accounts left join credentials using (user_id) where user_id = $1`,
);
const lockStatement = sql(
  "user_lock_credential",
  "select password_hash from credentials where user_id = $1 for no key update",
);
const insertStatement = sql(
  "user_insert_credential",
  `insert into credentials (user_id, password_hash, set_at) values ($1, $2, $3) on conflict do nothing`,
);
const updateStatement = sql(
  "user_update_credential",
  "update credentials set password_hash = $2, set_at = $3 where user_id = $1",
);

export async function credentialByEmail(db: Sql, email: string): Promise<Credential | undefined> {
  return toCredential(await db.rows<CredentialRow>(byEmailStatement, [email]));
}

export async function credentialByUser(db: Sql, userId: string): Promise<Credential | undefined> {
  return toCredential(await db.rows<CredentialRow>(byUserStatement, [userId]));
}

/** The password's hash, which nobody else changes until the transaction ends. */
export async function lockPasswordHash(tx: Sql, userId: string): Promise<string | undefined> {
  const [row] = await tx.rows<{ password_hash: string }>(lockStatement, [userId]);
  return row?.password_hash;
}

/** Whether the first password of an account was set; false when it has one. */
export async function insertPasswordHash(
  tx: Sql,
  userId: string,
  passwordHash: string,
  now: Date,
): Promise<boolean> {
  return (await tx.run(insertStatement, [userId, passwordHash, now])) === 1;
}

/** Replaces a password's hash that the transaction has locked. */
export async function updatePasswordHash(
  tx: Sql,
  userId: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  await tx.run(updateStatement, [userId, passwordHash, now]);
}

const toCredential = ([row]: readonly CredentialRow[]): Credential | undefined =>
  row && { userId: row.user_id, email: row.email, passwordHash: row.password_hash ?? undefined };
