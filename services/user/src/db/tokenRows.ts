import { type Sql, sql } from "@waybill/persistence";
import type { StoredToken, TokenFamily } from "../domain/refreshToken.ts";

/** The login that a refresh token begins with, or the exchange that it comes of. */
export interface NewToken {
  readonly tokenHash: string;
  readonly familyId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

const insertFamilyStatement = sql(
  "user_insert_family",
  `insert into token_families (family_id, user_id, created_at, expires_at) values ($1, $2, $3, $4)`,
);
const insertTokenStatement = sql(
  "user_insert_token",
  `insert into refresh_tokens (token_hash, family_id, issued_at, expires_at) values ($1, $2, $3, $4)`,
);
const prolongStatement = sql(
  "user_prolong_family",
  "update token_families set expires_at = $2 where family_id = $1",
);
const familyOfStatement = sql(
  "user_family_of_token",
  "select family_id from refresh_tokens where token_hash = $1",
);
const lockFamilyStatement = sql(
  "user_lock_family",
  "select family_id, user_id, revoked_at from token_families where family_id = $1 for no key update",
);
const tokenStatement = sql(
  "user_token",
  "select family_id, expires_at, exchanged_at, successor_salt from refresh_tokens where token_hash = $1",
);
const exchangeStatement = sql(
  "user_exchange_token",
  "update refresh_tokens set exchanged_at = $2, successor_salt = $3 where token_hash = $1",
);
const revokeFamilyStatement = sql(
  "user_revoke_family",
  "update token_families set revoked_at = $2 where family_id = $1 and revoked_at is null",
);
const revokeUserStatement = sql(
  "user_revoke_families",
  "update token_families set revoked_at = $2 where user_id = $1 and revoked_at is null",
);
// By arrays, which are planned as few: the limit is planned as a tenth of the table, for which all of it would be read.
const purgeTokensStatement = sql(
  "user_purge_tokens",
  `delete from refresh_tokens where token_hash = any(array(
     select token_hash from refresh_tokens where expires_at <= $1 limit $2 for update skip locked))`,
);
const purgeFamiliesStatement = sql(
  "user_purge_families",
  `delete from token_families where family_id = any(array(
     select family_id from token_families where expires_at <= $1 limit $2 for update skip locked))`,
);

/** Begins a family; its first token is inserted apart. */
export async function insertFamily(tx: Sql, userId: string, first: NewToken): Promise<void> {
  await tx.run(insertFamilyStatement, [first.familyId, userId, first.issuedAt, first.expiresAt]);
}

export async function insertToken(tx: Sql, token: NewToken): Promise<void> {
  const { tokenHash, familyId, issuedAt, expiresAt } = token;
  await tx.run(insertTokenStatement, [tokenHash, familyId, issuedAt, expiresAt]);
}

/** Exchanges a token, whose family the transaction has locked, for the next one, which was made with the salt. */
export async function exchangeToken(
  tx: Sql,
  tokenHash: string,
  salt: string,
  next: NewToken,
): Promise<void> {
  await tx.run(exchangeStatement, [tokenHash, next.issuedAt, salt]);
  await insertToken(tx, next);
  await tx.run(prolongStatement, [next.familyId, next.expiresAt]);
}

/**
 * The token with its family, which nobody else changes until the transaction ends. The token is read once its family is locked:
 * whoever had the lock before may have exchanged it.
 */
export async function lockToken(
  tx: Sql,
  tokenHash: string,
): Promise<{ token: StoredToken; family: TokenFamily } | undefined> {
  const [found] = await tx.rows<{ family_id: string }>(familyOfStatement, [tokenHash]);
  if (found === undefined) return undefined;
  const [family] = await tx.rows<FamilyRow>(lockFamilyStatement, [found.family_id]);
  const token = await readToken(tx, tokenHash);
  if (family === undefined || token === undefined) return undefined; // Purged meanwhile.
  return {
    token,
    family: {
      familyId: family.family_id,
      userId: family.user_id,
      revokedAt: family.revoked_at ?? undefined,
    },
  };
}

/** A token of a family that the transaction has locked. */
export async function readToken(tx: Sql, tokenHash: string): Promise<StoredToken | undefined> {
  const [row] = await tx.rows<TokenRow>(tokenStatement, [tokenHash]);
  if (row === undefined) return undefined;
  return {
    familyId: row.family_id,
    expiresAt: row.expires_at,
    exchangedAt: row.exchanged_at ?? undefined,
    successorSalt: row.successor_salt ?? undefined,
  };
}

export async function revokeFamily(db: Sql, familyId: string, now: Date): Promise<void> {
  await db.run(revokeFamilyStatement, [familyId, now]);
}

/** Revokes the families of all logins of an account. */
export async function revokeFamiliesOf(tx: Sql, userId: string, now: Date): Promise<void> {
  await tx.run(revokeUserStatement, [userId, now]);
}

/** How many tokens and families that have ended were removed; at most `limit` of each. */
export async function purgeEnded(db: Sql, now: Date, limit: number): Promise<number> {
  const tokens = await db.run(purgeTokensStatement, [now, limit]);
  return tokens + (await db.run(purgeFamiliesStatement, [now, limit]));
}

interface FamilyRow {
  family_id: string;
  user_id: string;
  revoked_at: Date | null;
}

interface TokenRow {
  family_id: string;
  expires_at: Date;
  exchanged_at: Date | null;
  successor_salt: string | null;
}
