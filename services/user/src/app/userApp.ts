import { type BatchingPoint, createBatchingPoint } from "@waybill/batching";
import { type Database, isTransient } from "@waybill/persistence";
import { purgeAttempts } from "../db/attemptRows.ts";
import { purgeEnded } from "../db/tokenRows.ts";
import type { Account } from "../domain/account.ts";
import type { Secret } from "../domain/secret.ts";
import { authenticate, type Login, type LoginResult } from "./authenticate.ts";
import { type ExchangeResult, exchangeToken, revokeToken } from "./exchangeToken.ts";
import type { KeyRing } from "./keys/keyRing.ts";
import { type LoginLimitSettings, loginLimits } from "./loginLimits.ts";
import { type OpeningResult, openAccount } from "./openAccount.ts";
import type { PasswordHasher } from "./passwordHasher.ts";
import { listAccounts, readAccounts } from "./readAccounts.ts";
import { type NewPassword, type SetPasswordResult, setPassword } from "./setPassword.ts";
import { type TokenSettings, tokenIssuer } from "./tokenIssuer.ts";

/** What the service does. Disposal finishes what was taken. */
export interface UserApp extends AsyncDisposable {
  openAccount(account: Account, password?: Secret, signal?: AbortSignal): Promise<OpeningResult>;
  readonly accounts: BatchingPoint<string, Account | undefined>;
  /** At most `limit` accounts by their id, after this one. */
  listAccounts(afterId: string, limit: number): Promise<readonly Account[]>;
  setPassword(asked: NewPassword, signal?: AbortSignal): Promise<SetPasswordResult>;
  authenticate(login: Login, signal?: AbortSignal): Promise<LoginResult>;
  exchangeToken(refreshToken: Secret): Promise<ExchangeResult>;
  revokeToken(refreshToken: Secret): Promise<void>;
  readonly keys: KeyRing;
  /** Removes tokens that have ended and attempts that do not count any more; answers whether there may be more. */
  purge(): Promise<boolean>;
}

export interface UserAppOptions {
  readonly db: Database;
  readonly keys: KeyRing;
  readonly passwords: PasswordHasher;
  readonly limits: LoginLimitSettings;
  readonly tokens: TokenSettings;
  readonly now: () => Date;
}

/** Rows of a kind that one purge removes at most, so that its statements stay short. */
const maxPurged = 1_000;

export function userApp({ db, keys, passwords, limits, tokens, now }: UserAppOptions): UserApp {
  const accounts = createBatchingPoint({
    name: "user.read",
    handle: readAccounts(db),
    isTransient,
  });
  const issue = tokenIssuer(keys, tokens, now);
  const login = { db, passwords, limits: loginLimits(db, limits, now), issue, now };
  return {
    openAccount: openAccount(db, passwords),
    accounts,
    listAccounts: listAccounts(db),
    setPassword: setPassword(login),
    authenticate: authenticate(login),
    exchangeToken: exchangeToken(db, issue, now, tokens.refreshGraceMs),
    revokeToken: revokeToken(db, now),
    keys,
    purge: async () => {
      const at = now();
      const uncounted = new Date(at.getTime() - limits.windowMs);
      const attempts = await purgeAttempts(db, uncounted, maxPurged);
      return attempts + (await purgeEnded(db, at, maxPurged)) >= maxPurged;
    },
    [Symbol.asyncDispose]: async () => {
      await passwords[Symbol.asyncDispose]();
      await accounts[Symbol.asyncDispose]();
    },
  };
}
