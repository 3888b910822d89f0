import { createHash } from "node:crypto";

/** A refresh token as it is stored: by its hash only. */
export interface StoredToken {
  readonly familyId: string;
  readonly expiresAt: Date;
  /** When it was exchanged for another. */
  readonly exchangedAt: Date | undefined;
}

/** All refresh tokens that came of one login. */
export interface TokenFamily {
  readonly familyId: string;
  readonly userId: string;
  readonly revokedAt: Date | undefined;
}

/** What to do with a refresh token: exchange it, revoke its family since somebody else has it too, or refuse it. */
export type ExchangeVerdict = "exchange" | "reused" | "invalid";

/** A token is exchanged at most once, before it ends, and unless its family is revoked. Reuse is told even later. */
export function judgeExchange(
  token: StoredToken,
  family: Pick<TokenFamily, "revokedAt">,
  now: Date,
): ExchangeVerdict {
  if (token.exchangedAt !== undefined) return "reused";
  if (family.revokedAt !== undefined) return "invalid";
  return token.expiresAt.getTime() > now.getTime() ? "exchange" : "invalid";
}

/** Tokens are 256 random bits, so that a plain hash is as good as a slow one. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
