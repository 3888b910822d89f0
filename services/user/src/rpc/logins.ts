import { ErrorReason } from "@waybill/contracts/errors";
import type { Tokens as TokensMessage, UserServiceImplementation } from "@waybill/contracts/user";
import { callerOf, isOwn, onlyOwn } from "@waybill/identity";
import { refuse, validate } from "@waybill/rpc";
import type { LoginResult } from "../app/authenticate.ts";
import type { ExchangeResult } from "../app/exchangeToken.ts";
import type { SetPasswordResult } from "../app/setPassword.ts";
import type { Tokens } from "../app/tokenIssuer.ts";
import type { UserApp } from "../app/userApp.ts";
import { Secret } from "../domain/secret.ts";
import { toMessage, userNotFound } from "./accounts.ts";
import { authenticateRule, hiding, setPasswordRule } from "./schemas.ts";

type LoginRpcs = "setPassword" | "authenticate" | "refreshTokens" | "revokeTokens";

export const loginRpcs = (app: UserApp): Pick<UserServiceImplementation, LoginRpcs> => ({
  setPassword: async (request, { signal }) => {
    const { userId, currentPassword, newPassword } = validate(
      setPasswordRule,
      hiding(request, "currentPassword", "newPassword"),
    );
    if (!isOwn(userId)) throw userNotFound(userId);
    const current = actsForAll() ? "any" : (currentPassword ?? new Secret(""));
    const asked = { userId, newPassword, currentPassword: current } as const;
    requireSet(await app.setPassword(asked, signal), userId);
    return {};
  },
  authenticate: async (request, { signal }) => {
    const { email, password, clientAddress } = validate(
      authenticateRule,
      hiding(request, "password"),
    );
    const login = { email, password, clientAddress: clientAddress || undefined };
    const { account, tokens } = loggedIn(await app.authenticate(login, signal));
    return { user: toMessage(account), tokens: toTokens(tokens) };
  },
  refreshTokens: async ({ refreshToken }) => {
    const tokens = exchanged(await app.exchangeToken(new Secret(refreshToken)));
    return { tokens: toTokens(tokens) };
  },
  revokeTokens: async ({ refreshToken }) => {
    await app.revokeToken(new Secret(refreshToken));
    return {};
  },
});

/** Whether the caller need not know the password that it replaces: an admin, or an operator. */
const actsForAll = (): boolean => onlyOwn(callerOf()) === undefined;

function requireSet(result: SetPasswordResult, userId: string): void {
  switch (result.kind) {
    case "set":
      return;
    case "notFound":
      throw userNotFound(userId);
    case "wrong":
      throw refuse.unauthenticated(
        ErrorReason.INVALID_CREDENTIALS,
        "The current password is wrong.",
      );
    case "limited":
      throw tooManyAttempts(result.retryAfterMs);
    default:
      result satisfies never;
  }
}

function loggedIn(result: LoginResult): Extract<LoginResult, { kind: "loggedIn" }> {
  switch (result.kind) {
    case "loggedIn":
      return result;
    case "wrong":
      throw refuse.unauthenticated(
        ErrorReason.INVALID_CREDENTIALS,
        "The email address or the password is wrong.",
      );
    case "limited":
      throw tooManyAttempts(result.retryAfterMs);
    default:
      return result satisfies never;
  }
}

function exchanged(result: ExchangeResult): Tokens {
  switch (result.kind) {
    case "exchanged":
      return result.tokens;
    case "reused":
      throw refuse.unauthenticated(
        ErrorReason.REFRESH_TOKEN_REUSED,
        "The refresh token was exchanged before; all tokens of its login are revoked. Log in again.",
      );
    case "invalid":
      throw refuse.unauthenticated(
        ErrorReason.INVALID_TOKEN,
        "The refresh token is not valid. Log in again.",
      );
    default:
      return result satisfies never;
  }
}

const tooManyAttempts = (retryAfterMs: number) =>
  refuse.resourceExhausted(
    ErrorReason.TOO_MANY_ATTEMPTS,
    "Too many failed attempts; try again later.",
    retryAfterMs,
  );

/** The one place where secrets are told, to whom they belong. */
const toTokens = (tokens: Tokens): TokensMessage => ({
  accessToken: tokens.accessToken.reveal(),
  expiresAt: tokens.expiresAt,
  refreshToken: tokens.refreshToken.reveal(),
  refreshExpiresAt: tokens.refreshExpiresAt,
});
