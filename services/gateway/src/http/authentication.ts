import { ErrorReason } from "@waybill/contracts/errors";
import { bearerOf, type Caller, isAdmin } from "@waybill/identity";
import { refuse } from "@waybill/rpc";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** Who may use a route: "public" everybody, and no token is looked at; otherwise these kinds of callers. */
export type Access = "public" | readonly ("customer" | "admin" | "service")[];

/** Who the bearer of a token is; throws a Refusal for one that is not valid. */
export type Verify = (token: string) => Promise<Caller>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route. Without it the route is one of the documentation's, and public. */
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller;
    /** As the client gave it; undefined for public routes. */
    token: string | undefined;
  }
}

const anonymous: Caller = { kind: "anonymous" };

/**
 * Finds out who calls, before the body is read. The services judge every call again by the same
 * token; here it is judged so that nobody reaches them for nothing, and for what the gateway
 * decides by itself.
 */
export function authenticate(app: FastifyInstance, verify: Verify): void {
  app.decorateRequest("caller", undefined as never);
  app.decorateRequest("token", undefined);
  app.addHook("onRequest", (request, _reply, done) => {
    request.caller = anonymous;
    done();
  });
  // After the limit per address, so that guessing tokens is limited too.
  app.addHook("preParsing", async (request) => {
    const { access = "public" } = request.routeOptions.config;
    if (access === "public") return;
    request.token = bearerToken(request);
    request.caller = await verify(request.token);
    admit(request.caller, access);
  });
}

function bearerToken({ headers }: FastifyRequest): string {
  const { authorization } = headers;
  if (authorization === undefined)
    throw refuse.unauthenticated(
      ErrorReason.TOKEN_MISSING,
      "A token is needed: log in, and send it as Authorization: Bearer <token>.",
    );
  const token = bearerOf(authorization);
  if (token !== undefined) return token;
  throw refuse.unauthenticated(
    ErrorReason.INVALID_TOKEN,
    "The Authorization header must read: Bearer <token>.",
  );
}

function admit(caller: Caller, access: Exclude<Access, "public">): void {
  if (caller.kind === "service" && access.includes("service")) return;
  if (caller.kind === "user") {
    if (access.includes("customer")) return;
    if (access.includes("admin") && isAdmin(caller)) return;
  }
  throw refuse.permissionDenied(ErrorReason.NOT_ALLOWED, "You may not do this.");
}

/** One name per identity, for limits and caches: never the same for two callers. */
export function identityOf(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return `user:${isAdmin(caller) ? "admin:" : ""}${caller.userId}`;
    case "service":
      return `service:${caller.name}`;
    case "anonymous":
      return "anonymous";
    default:
      return caller satisfies never;
  }
}
