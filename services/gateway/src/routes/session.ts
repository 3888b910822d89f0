import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { asGateway } from "../http/calls.ts";
import { loginLimit } from "../http/limits.ts";
import { operation } from "../http/operation.ts";
import { Problem } from "../http/problem.ts";
import type { HttpServer } from "../http/server.ts";
import { deadlineMs, tokens, tokensOf } from "./auth.ts";
import type { RouteParts } from "./parts.ts";

/** Sent to these routes alone; scripts cannot read it. */
const cookieName = "waybill_refresh";
const cookiePath = "/api/session";

const session = tokens.omit({ refreshToken: true, refreshExpiresAt: true }).meta({ id: "Session" });
const empty = z.object({}).nullish();

/**
 * Logging in for pages: the refresh token is kept in a cookie that no script reads, and the access
 * token is answered, to be kept in memory. Only these routes act on a cookie, so only they need to
 * know that a page of the gateway's own asks: the cookie is SameSite=Strict, and the Origin is checked.
 */
export function sessionRoutes(app: HttpServer, { clients: { users }, limits }: RouteParts): void {
  const common = { tag: "session", access: "public" } as const;
  const config = { deadlineMs, ...loginLimit(limits) };
  app.post(
    "/api/session",
    operation({
      ...common,
      config,
      summary: "Log in for a page: the refresh token becomes a cookie",
      inputs: {
        body: z.object({ email: z.string().min(1).max(254), password: z.string().min(1).max(128) }),
      },
      answers: { 200: session },
      refusals: { 401: "The address or the password is wrong", 403: "Another site's page asks" },
    }),
    async (request, reply) => {
      refuseOtherSites(request);
      const login = { ...request.body, clientAddress: request.ip };
      const answer = await users.authenticate(login, asGateway(request));
      return begun(request, reply, tokensOf(answer.tokens));
    },
  );
  app.post(
    "/api/session/refresh",
    operation({
      ...common,
      config: { deadlineMs },
      summary: "A new access token for the session; the cookie is exchanged too",
      inputs: { body: empty },
      answers: { 200: session, 204: z.undefined().describe("Nobody is logged in here") },
      refusals: { 401: "The session has ended", 403: "Another site's page asks" },
    }),
    async (request, reply) => {
      refuseOtherSites(request);
      const refreshToken = request.cookies[cookieName];
      if (!refreshToken) return reply.code(204).send();
      const answer = await users.refreshTokens({ refreshToken }, asGateway(request));
      return begun(request, reply, tokensOf(answer.tokens));
    },
  );
  app.post(
    "/api/session/end",
    operation({
      ...common,
      config: { deadlineMs },
      summary: "Log out: end the session and revoke its tokens",
      inputs: { body: empty },
      answers: { 200: z.object({ message: z.string() }) },
      refusals: { 403: "Another site's page asks" },
    }),
    async (request, reply) => {
      refuseOtherSites(request);
      const refreshToken = request.cookies[cookieName];
      if (refreshToken) await users.revokeTokens({ refreshToken }, asGateway(request));
      reply.clearCookie(cookieName, { path: cookiePath }); // Not before: without it, a repetition could revoke nothing.
      return { message: "Logged out successfully" };
    },
  );
}

function begun(request: FastifyRequest, reply: FastifyReply, given: z.output<typeof tokens>) {
  const { refreshToken, refreshExpiresAt, ...answered } = given;
  reply.setCookie(cookieName, refreshToken, {
    path: cookiePath,
    httpOnly: true,
    sameSite: "strict",
    secure: request.protocol === "https",
    expires: new Date(refreshExpiresAt),
  });
  return answered;
}

/** Browsers say whose page asks; what says nothing is no browser, and has no cookie to abuse. */
function refuseOtherSites({ headers, host }: FastifyRequest): void {
  const { origin } = headers;
  const fetchSite = headers["sec-fetch-site"];
  const isOurs = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (isOurs && (fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none"))
    return;
  throw new Problem(403, "CROSS_SITE", "Only the gateway's own pages may use sessions.");
}
