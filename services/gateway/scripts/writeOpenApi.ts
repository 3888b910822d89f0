/** Writes the gateway's OpenAPI document, of its routes as they are registered, to the file named; nothing is called or listened on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createLogger } from "@waybill/chassis";
import { createHttpServer } from "../src/http/server.ts";
import { allRoutes } from "../src/routes/allRoutes.ts";
import type { RouteParts } from "../src/routes/parts.ts";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Say where to: node writeOpenApi.ts <file>");

const limits = { perAddress: 0, perIdentity: 0, logins: 0 };
const parts = { clients: {}, health: {}, limits } as unknown as RouteParts;
const server = await createHttpServer({
  logger: createLogger("gateway", { level: "silent", format: "json" }),
  verify: () => Promise.reject(new Error("nobody is served")),
  limits,
  maxEventLoopDelayMs: 0,
  corsOrigins: [],
  trustedProxies: [],
  routes: (app) => allRoutes(app, parts),
});
const { body } = await server.inject("/openapi.json");
await server.close();
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, body);
