import { randomBytes, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type { NewToken } from "../db/tokenRows.ts";
import type { Account } from "../domain/account.ts";
import { tokenHash } from "../domain/refreshToken.ts";
import { Secret } from "../domain/secret.ts";
import type { KeyRing } from "./keys/keyRing.ts";

/** What proves who somebody is. */
export interface Tokens {
  readonly accessToken: Secret;
  readonly expiresAt: Date;
  readonly refreshToken: Secret;
  readonly refreshExpiresAt: Date;
}

export interface TokenSettings {
  /** The claim `iss`. */
  readonly issuer: string;
  /** The claim `aud`. */
  readonly audience: string;
  /** Unit: ms. */
  readonly accessTtlMs: number;
  readonly refreshTtlMs: number;
  /** How long after its exchange a refresh token may be presented again, for an answer that was lost; 0: never. */
  readonly refreshGraceMs: number;
}

/** Tokens, and the row to keep of the refresh token: unless that is stored, it is worth nothing. */
export interface IssuedTokens {
  readonly tokens: Tokens;
  readonly row: NewToken;
}

/** A refresh token of a family. */
export interface RefreshToken {
  readonly familyId: string;
  readonly token: string;
  /** Default: refreshTtlMs from now. */
  readonly expiresAt?: Date;
}

/** Makes tokens for an account: an access token, and with it this refresh token, by default the first of a new family. */
export type TokenIssuer = (account: Account, refresh?: RefreshToken) => Promise<IssuedTokens>;

const refreshTokenBytes = 32;

const firstOfFamily = (): RefreshToken => ({
  familyId: randomUUID(),
  token: randomBytes(refreshTokenBytes).toString("base64url"),
});

export const tokenIssuer =
  (keys: KeyRing, settings: TokenSettings, now: () => Date): TokenIssuer =>
  async (account, { familyId, token, expiresAt: given } = firstOfFamily()) => {
    const issuedAt = now();
    const access = await accessToken(keys, settings, account, issuedAt);
    const expiresAt = given ?? new Date(issuedAt.getTime() + settings.refreshTtlMs);
    return {
      tokens: { ...access, refreshToken: new Secret(token), refreshExpiresAt: expiresAt },
      row: { tokenHash: tokenHash(token), familyId, issuedAt, expiresAt },
    };
  };

async function accessToken(
  keys: KeyRing,
  { issuer, audience, accessTtlMs }: TokenSettings,
  { userId, roles }: Account,
  issuedAt: Date,
): Promise<Pick<Tokens, "accessToken" | "expiresAt">> {
  const { keyId, privateKey } = keys.current();
  // JWTs count in whole seconds.
  const iat = Math.floor(issuedAt.getTime() / 1000);
  const exp = iat + Math.max(1, Math.floor(accessTtlMs / 1000));
  const token = await new SignJWT({ roles: roles.map((role) => role.toLowerCase()) })
    .setProtectedHeader({ alg: "EdDSA", kid: keyId, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setIssuedAt(iat)
    .setExpirationTime(exp)
    .setJti(randomUUID())
    .sign(privateKey);
  return { accessToken: new Secret(token), expiresAt: new Date(exp * 1000) };
}
