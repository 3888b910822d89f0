import type { Database } from "@waybill/persistence";
import { findAccount } from "../db/accountRows.ts";
import { exchangeToken as exchange, lockToken, revokeFamily } from "../db/tokenRows.ts";
import { judgeExchange, tokenHash } from "../domain/refreshToken.ts";
import type { Secret } from "../domain/secret.ts";
import type { TokenIssuer, Tokens } from "./tokenIssuer.ts";

export type ExchangeResult =
  | { readonly kind: "exchanged"; readonly tokens: Tokens }
  /** It was exchanged before; its family is revoked. */
  | { readonly kind: "reused" }
  | { readonly kind: "invalid" };

/**
 * Exchanges a refresh token for new tokens, once. All of it is one transaction under the lock of the token's family, so that of
 * several at once exactly one wins, and a revocation misses none.
 */
export const exchangeToken =
  (db: Database, issue: TokenIssuer, now: () => Date) =>
  (refreshToken: Secret): Promise<ExchangeResult> => {
    const hash = tokenHash(refreshToken.reveal());
    return db.transaction(async (tx) => {
      const found = await lockToken(tx, hash);
      if (found === undefined) return { kind: "invalid" };
      const { token, family } = found;
      const at = now();
      const verdict = judgeExchange(token, family, at);
      if (verdict === "reused") await revokeFamily(tx, family.familyId, at);
      if (verdict !== "exchange") return { kind: verdict };
      const account = await findAccount(tx, family.userId); // Its roles may have changed.
      if (account === undefined) return { kind: "invalid" };
      const { tokens, row } = await issue(account, family.familyId);
      await exchange(tx, hash, row);
      return { kind: "exchanged", tokens };
    });
  };

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
