import type { Tokens } from "@waybill/contracts/user";
import { z } from "zod";
import { asGateway } from "../http/calls.ts";
import { present, time, timeOf } from "../http/fields.ts";
import { loginLimit } from "../http/limits.ts";
import { operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

export const tokens = z
  .object({
    accessToken: z.string().meta({ description: "A JWT: Authorization: Bearer …" }),
    tokenType: z.literal("Bearer"),
    expiresAt: time,
    refreshToken: z.string().meta({ description: "Exchanged once for new tokens" }),
    refreshExpiresAt: time,
  })
  .meta({ id: "Tokens" });

const refreshBody = z.object({ refreshToken: z.string().min(1).max(4_096) });

/** Logins wait for their turn with the password's hash. */
export const deadlineMs = 10_000;

/** Logging in, staying so, and logging out. */
export function authRoutes(app: HttpServer, { clients, limits }: RouteParts): void {
  const { users } = clients;
  const common = { tag: "auth", access: "public" } as const;
  const config = { deadlineMs, ...loginLimit(limits) };
  app.post(
    "/api/auth/login",
    operation({
      ...common,
      config,
      summary: "Log in",
      inputs: {
        body: z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(128) }),
      },
      answers: { 200: tokens.extend({ userId: z.string() }).meta({ id: "Login" }) },
      refusals: { 400: "A field breaks its rule", 401: "The address or the password is wrong" },
    }),
    async (request) => {
      const { email, password } = request.body;
      const login = { email, password, clientAddress: request.ip };
      const answer = await users.authenticate(login, asGateway(request));
      return { ...tokensOf(answer.tokens), userId: present(answer.user, "the user").userId };
    },
  );
  app.post(
    "/api/auth/refresh",
    operation({
      ...common,
      config,
      summary: "Exchange a refresh token for new tokens",
      description:
        "Repeated within seconds, since an answer may be lost, it is the same exchange; later it revokes all tokens that came of the same login.",
      inputs: { body: refreshBody },
      answers: { 200: tokens },
      refusals: { 400: "A field breaks its rule", 401: "The refresh token is not valid" },
    }),
    async (request) => {
      const answer = await users.refreshTokens(request.body, asGateway(request));
      return tokensOf(answer.tokens);
    },
  );
  app.post(
    "/api/auth/logout",
    operation({
      ...common,
      config,
      summary: "Log out: revoke the refresh token and all that came of the same login",
      inputs: { body: refreshBody },
      answers: { 200: z.object({ message: z.string() }) },
      refusals: { 400: "A field breaks its rule" },
    }),
    async (request) => {
      await users.revokeTokens(request.body, asGateway(request));
      return { message: "Logged out successfully" };
    },
  );
}

export function tokensOf(given: Tokens | undefined): z.output<typeof tokens> {
  const { accessToken, expiresAt, refreshToken, refreshExpiresAt } = present(given, "tokens");
  return {
    accessToken,
    tokenType: "Bearer",
    expiresAt: timeOf(present(expiresAt, "the end of the token")),
    refreshToken,
    refreshExpiresAt: timeOf(present(refreshExpiresAt, "the end of the refresh token")),
  };
}
