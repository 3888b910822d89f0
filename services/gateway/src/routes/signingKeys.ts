import { z } from "zod";
import { asGateway } from "../http/calls.ts";
import { operation } from "../http/operation.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

/** Keys are rotated long before the old ones are forgotten. Unit: seconds. */
const maxAgeS = 60;

/** The public keys of access tokens. */
export function signingKeyRoutes(app: HttpServer, { clients }: RouteParts): void {
  app.get(
    "/.well-known/jwks.json",
    operation({
      tag: "auth",
      summary: "The public keys that access tokens are signed with (RFC 7517)",
      access: "public",
      answers: { 200: z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }) },
    }),
    async (request, reply) => {
      const { jwksJson } = await clients.users.listSigningKeys({}, asGateway(request));
      reply.header("cache-control", `public, max-age=${maxAgeS}`);
      return JSON.parse(jwksJson) as { keys: { kid: string }[] };
    },
  );
}
