import { existsSync } from "node:fs";
import { join } from "node:path";
import staticFiles from "@fastify/static";
import type { Logger } from "@waybill/chassis";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** Nothing but what the gateway itself serves; no inline script or style, no frame, no foreign form. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** Built by `npm ci`. */
const built = join(import.meta.dirname, "../../../../console/dist");

/** The built console, when there is one; without it the gateway serves its API all the same. */
export function consoleDir(logger: Logger): { readonly consoleDir?: string } {
  if (existsSync(join(built, "index.html"))) return { consoleDir: built };
  logger.warn({ built }, "the console is not built, so there is no page at /; build it by: npm ci");
  return {};
}

/** A page is asked for by a browser that goes there; programs ask for something else. */
const isVisit = ({ url, headers }: FastifyRequest): boolean =>
  !url.startsWith("/api/") && headers.accept?.includes("text/html") === true;

/**
 * Serves the console: one document for every page, whose script decides what is shown, also when there is no such page; and its files,
 * whose names change with their content, for a year.
 */
export async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(staticFiles, {
    root: join(folder, "assets"),
    prefix: "/assets/",
    immutable: true,
    maxAge: "365d",
    preCompressed: true,
    schemaHide: true,
  });
  const sendPage = (request: FastifyRequest, reply: FastifyReply) => {
    if (!isVisit(request)) return reply.callNotFound();
    return reply
      .header("content-security-policy", policy)
      .header("cache-control", "no-cache")
      .sendFile("index.html", folder, { immutable: false, maxAge: 0, cacheControl: false });
  };
  app.get("/*", { schema: { hide: true } as object }, sendPage);
}
