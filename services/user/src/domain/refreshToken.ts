import { createHash, createHmac } from "node:crypto";

/** A refresh token as it is stored: by its hash only. */
export interface StoredToken {
  readonly familyId: string;
  readonly expiresAt: Date;
  /** When it was exchanged for another. */
  readonly exchangedAt: Date | undefined;
  /** What its successor was made with; undefined before it is exchanged. */
  readonly successorSalt: string | undefined;
}

/** All refresh tokens that came of one login. */
export interface TokenFamily {
  readonly familyId: string;
  readonly userId: string;
  readonly revokedAt: Date | undefined;
}

/**
 * What to do with a refresh token: exchange it, hand its successor out again since the answer may have been lost, revoke its family since
 * somebody else has it too, or refuse it.
 */
export type ExchangeVerdict = "exchange" | "repeat" | "reused" | "invalid";

/**
 * A token is exchanged at most once, before it ends, and unless its family is revoked. Repeated within the grace, it has the same successor
 * again, as long as nobody has used that. Later, reuse is told even after its end.
 */
export function judgeExchange(
  token: StoredToken,
  successor: Pick<StoredToken, "exchangedAt"> | undefined,
  family: Pick<TokenFamily, "revokedAt">,
  { now, graceMs }: { readonly now: Date; readonly graceMs: number },
): ExchangeVerdict {
  const { exchangedAt, expiresAt } = token;
  if (exchangedAt !== undefined) {
    const isUnused = successor !== undefined && successor.exchangedAt === undefined;
    // Another replica's clock may be ahead.
    const isSoon = Math.max(0, now.getTime() - exchangedAt.getTime()) < graceMs;
    return isUnused && isSoon && family.revokedAt === undefined ? "repeat" : "reused";
  }
  if (family.revokedAt !== undefined) return "invalid";
  return expiresAt.getTime() > now.getTime() ? "exchange" : "invalid";
}

/** Tokens are 256 random bits, so that a plain hash is as good as a slow one. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/**
 * The token that another one is exchanged for. It can be made again, but only by whoever has the one before: the salt is stored, tokens are
 * not. Nor does the one before tell it without the salt.
 */
export function successorOf(token: string, salt: string): string {
  return createHmac("sha256", token).update(salt).digest("base64url");
}
