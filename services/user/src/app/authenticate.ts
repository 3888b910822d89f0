import type { Database } from "@waybill/persistence";
import { findAccount } from "../db/accountRows.ts";
import { credentialByEmail, lockPasswordHash, updatePasswordHash } from "../db/credentialRows.ts";
import { insertFamily, insertToken } from "../db/tokenRows.ts";
import type { Account } from "../domain/account.ts";
import type { Secret } from "../domain/secret.ts";
import { type Attempt, counted, type LoginLimits } from "./loginLimits.ts";
import type { PasswordHasher } from "./passwordHasher.ts";
import type { TokenIssuer, Tokens } from "./tokenIssuer.ts";

export interface Login {
  /** As normalizeEmail answers it. */
  readonly email: string;
  readonly password: Secret;
  /** An IP address; undefined: not limited by address. */
  readonly clientAddress: string | undefined;
}

export type LoginResult =
  | { readonly kind: "loggedIn"; readonly account: Account; readonly tokens: Tokens }
  /** There is no such account, it has no password, or another one. */
  | { readonly kind: "wrong" }
  | { readonly kind: "limited"; readonly retryAfterMs: number };

export interface LoginParts {
  readonly db: Database;
  readonly passwords: PasswordHasher;
  readonly limits: LoginLimits;
  readonly issue: TokenIssuer;
  readonly now: () => Date;
}

/** A password that changes while it is checked is checked again, so often at most. */
export const maxRounds = 3;

/**
 * Logs in. An unknown account, one without a password and a wrong password take the same steps: an attempt, a look-up and one
 * hash. Only a success does more.
 */
export const authenticate =
  (parts: LoginParts) =>
  async (login: Login, signal?: AbortSignal): Promise<LoginResult> => {
    const start = await parts.limits.begin(login.email, login.clientAddress);
    if (start.kind === "limited") return start;
    return counted(start.attempt, async () => {
      for (let round = 0; round < maxRounds; round += 1) {
        const result = await check(parts, login, start.attempt, signal);
        if (result !== "changed") return result;
      }
      return { kind: "wrong" };
    });
  };

async function check(
  { db, passwords, issue, now }: LoginParts,
  { email, password }: Login,
  attempt: Attempt,
  signal: AbortSignal | undefined,
): Promise<LoginResult | "changed"> {
  const credential = await credentialByEmail(db, email);
  const checked = await passwords.verify(password, credential?.passwordHash, signal);
  if (!checked.matches || credential === undefined) return { kind: "wrong" };
  const { userId, passwordHash } = credential;
  const rehashed = checked.isOutdated ? await passwords.hash(password, signal) : undefined;
  return db.transaction(async (tx) => {
    // A password that is set meanwhile revokes the tokens before it; these would escape that.
    if ((await lockPasswordHash(tx, userId)) !== passwordHash) return "changed";
    const account = await findAccount(tx, userId);
    if (account === undefined) return "changed";
    if (rehashed !== undefined) await updatePasswordHash(tx, userId, rehashed, now());
    await attempt.succeed(tx);
    const { tokens, row } = await issue(account);
    await insertFamily(tx, userId, row);
    await insertToken(tx, row);
    return { kind: "loggedIn", account, tokens };
  });
}
