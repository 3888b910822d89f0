import { randomBytes } from "node:crypto";
import type { Database, Sql } from "@waybill/persistence";
import { findAccount } from "../db/accountRows.ts";
import { exchangeToken as exchange, lockToken, readToken, revokeFamily } from "../db/tokenRows.ts";
import type { Account } from "../domain/account.ts";
import { judgeExchange, type StoredToken, successorOf, tokenHash } from "../domain/refreshToken.ts";
import type { Secret } from "../domain/secret.ts";
import type { RefreshToken, TokenIssuer, Tokens } from "./tokenIssuer.ts";

export type ExchangeResult =
  | { readonly kind: "exchanged"; readonly tokens: Tokens }
  /** It was exchanged before; its family is revoked. */
  | { readonly kind: "reused" }
  | { readonly kind: "invalid" };

const saltBytes = 32;

/**
 * Exchanges a refresh token for new tokens, once; repeated within the grace, for the same refresh token. All of it is one transaction under
 * the lock of the token's family, so that several at once have one successor, and a revocation misses none.
 */
export const exchangeToken =
  (db: Database, issue: TokenIssuer, now: () => Date, graceMs: number) =>
  (given: Secret): Promise<ExchangeResult> => {
    const hash = tokenHash(given.reveal());
    return db.transaction(async (tx) => {
      const found = await lockToken(tx, hash);
      if (found === undefined) return { kind: "invalid" };
      const { token, family } = found;
      const successor = await successorToken(tx, given, token);
      const at = now();
      const verdict = judgeExchange(token, successor, family, { now: at, graceMs });
      if (verdict === "reused") await revokeFamily(tx, family.familyId, at);
      if (verdict === "reused" || verdict === "invalid") return { kind: verdict };
      const account = await findAccount(tx, family.userId); // Its roles may have changed.
      if (account === undefined) return { kind: "invalid" };
      return {
        kind: "exchanged",
        tokens: await goOn(tx, issue, account, given, { token, successor }),
      };
    });
  };

/** Tokens for the account as it is now: with the successor that there is, or else with one that is stored now. */
async function goOn(
  tx: Sql,
  issue: TokenIssuer,
  account: Account,
  given: Secret,
  { token, successor }: { token: StoredToken; successor: RefreshToken | undefined },
): Promise<Tokens> {
  if (successor !== undefined) return (await issue(account, successor)).tokens;
  const salt = randomBytes(saltBytes).toString("base64url");
  const next = { familyId: token.familyId, token: successorOf(given.reveal(), salt) };
  const { tokens, row } = await issue(account, next);
  await exchange(tx, tokenHash(given.reveal()), salt, row);
  return tokens;
}

/** What the token was exchanged for; undefined when it was not, or that has ended. */
async function successorToken(
  tx: Sql,
  given: Secret,
  { successorSalt }: StoredToken,
): Promise<(StoredToken & RefreshToken) | undefined> {
  if (successorSalt === undefined) return undefined;
  const token = successorOf(given.reveal(), successorSalt);
  const stored = await readToken(tx, tokenHash(token));
  return stored && { ...stored, token };
}

/** Revokes the family of a refresh token. For an unknown token there is nothing to do. */
export const revokeToken =
  (db: Database, now: () => Date) =>
  (refreshToken: Secret): Promise<void> => {
    const hash = tokenHash(refreshToken.reveal());
    return db.transaction(async (tx) => {
      const found = await lockToken(tx, hash);
      if (found !== undefined) await revokeFamily(tx, found.family.familyId, now());
    });
  };
