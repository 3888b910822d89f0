import { createLogger } from "@waybill/chassis";
import { createHttpServer } from "../../services/gateway/src/http/server.ts";
import { allRoutes } from "../../services/gateway/src/routes/allRoutes.ts";
import type { RouteParts } from "../../services/gateway/src/routes/parts.ts";

/** The gateway's OpenAPI document, of its routes as they are registered; nothing is called or listened on. */
export async function openApiDocument(): Promise<string> {
  const limits = { perAddress: 0, perIdentity: 0, logins: 0 };
  const parts = { clients: {}, health: {}, limits } as unknown as RouteParts;
  const server = await createHttpServer({
    logger: createLogger("console", { level: "silent", format: "json" }),
    verify: () => Promise.reject(new Error("nobody is served")),
    limits,
    maxEventLoopDelayMs: 0,
    corsOrigins: [],
    trustedProxies: [],
    routes: (app) => allRoutes(app, parts),
  });
  const { body } = await server.inject("/openapi.json");
  await server.close();
  return body;
}
