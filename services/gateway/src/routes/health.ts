import { z } from "zod";
import { operation } from "../http/operation.ts";
import { Problem } from "../http/problem.ts";
import type { HttpServer } from "../http/server.ts";
import type { RouteParts } from "./parts.ts";

const tag = "health";
const access = "public";

/** Probes are neither limited nor shed. */
const config = { rateLimit: false } as const;

/** For whoever runs the gateway: whether it lives, and whether it takes requests. */
export function healthRoutes(app: HttpServer, { ending }: RouteParts): void {
  app.get(
    "/healthz",
    {
      schema: {
        tags: [tag],
        summary: "Whether the process lives",
        security: [],
        response: { 200: z.object({ status: z.literal("alive") }).describe("It does") },
      },
      config: { access, ...config },
    },
    async () => ({ status: "alive" as const }),
  );
  app.get(
    "/readyz",
    operation({
      tag,
      access,
      config,
      summary: "Whether the process takes requests; services that are away do not count",
      answers: { 200: z.object({ status: z.literal("ready") }) },
    }),
    async () => {
      if (ending.aborted) throw new Problem(503, "SHUTTING_DOWN", "The gateway is shutting down");
      return { status: "ready" as const };
    },
  );
}
