import cookie from "@fastify/cookie";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import type { Logger } from "@waybill/chassis";
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { authenticate, type Verify } from "./authentication.ts";
import { boundRequests } from "./calls.ts";
import { serveConsole } from "./console.ts";
import { documentRoutes } from "./documentation.ts";
import { answerUnknownRoutes, mapErrors } from "./errors.ts";
import { limitRates, type RateLimits, shedLoad } from "./limits.ts";
import { answerBadPath, answerMalformed } from "./malformed.ts";
import { learnMethods } from "./methods.ts";
import { requestId, traceRequests } from "./tracing.ts";
import { parseBodies, validatorCompiler } from "./validation.ts";

/** An HTTP server to which routes are added. */
export type HttpServer = FastifyInstance<
  import("node:http").Server,
  import("node:http").IncomingMessage,
  import("node:http").ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface HttpServerOptions {
  readonly logger: Logger;
  readonly verify: Verify;
  readonly limits: RateLimits;
  readonly maxEventLoopDelayMs: number;
  /** Origins whose pages may call; "*" for any. */
  readonly corsOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Where the built console is; without it the gateway has no pages of its own. */
  readonly consoleDir?: string;
  /** When a client that takes nothing of its answer is cut off; longer than a live stream's heartbeat takes. Default 60,000 ms. */
  readonly stalledMs?: number;
  /** Adds the routes. */
  readonly routes: (app: HttpServer) => void | Promise<void>;
}

/** An order of a hundred lines takes 10 KiB. */
const bodyLimitBytes = 64 * 1024;

/** How long a client may take to send a request. */
const requestTimeoutMs = 15_000;

/** A client that takes nothing for so long, not even heartbeats, is cut off, or what it does not take would be held for ever. Unit: ms. */
const defaultStalledMs = 60_000;

/** Longer ids are refused by their rule, not as an unknown route. Unit: characters. */
const maxParamLength = 1_024;

const exposedHeaders = [
  "Link",
  "Location",
  "Retry-After",
  "RateLimit-Limit",
  "RateLimit-Remaining",
  "RateLimit-Reset",
  "X-Request-Id",
  "X-Trace-Id",
  "Idempotency-Replayed",
];

/**
 * The server with all that holds for every route, in the order in which a request meets it: ids and
 * trace, load shedding, limit per address, authentication, limit per identity, validation; and the
 * documentation of whatever the routes say of themselves.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger, trustedProxies, corsOrigins } = options;
  const app: HttpServer = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: "request_id",
    }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: options.stalledMs ?? defaultStalledMs, // Counts anew with whatever the client takes.
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    genReqId: (request) => requestId(request.headers),
    return503OnClosing: false, // What arrives while it closes is served; then the connection ends.
    routerOptions: { maxParamLength },
    frameworkErrors: answerBadPath,
    clientErrorHandler: answerMalformed,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler as Parameters<HttpServer["setValidatorCompiler"]>[0]);
  app.setSerializerCompiler(serializerCompiler);
  const plain = app as unknown as FastifyInstance;
  parseBodies(plain);
  mapErrors(plain);
  traceRequests(plain);
  keepPrivate(plain);
  boundRequests(plain);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] },
    },
  });
  await app.register(cors, {
    origin: corsOrigins.includes("*") ? "*" : [...corsOrigins],
    methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders,
    maxAge: 600,
    strictPreflight: false, // Its refusal has a body of its own.
  });
  await shedLoad(plain, options.maxEventLoopDelayMs);
  authenticate(plain, options.verify);
  await limitRates(plain, options.limits);
  await app.register(cookie);
  const methodsOf = learnMethods(plain);
  await documentRoutes(plain);
  if (options.consoleDir !== undefined) await serveConsole(plain, options.consoleDir);
  answerUnknownRoutes(plain, methodsOf);
  await options.routes(app);
  await app.ready();
  return app;
}

/** Answers are somebody's own, and are kept nowhere on their way; a route that is for everybody says so. */
function keepPrivate(app: FastifyInstance): void {
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("cache-control", "no-store");
    done();
  });
}

/** Connections that become idle while the server closes are closed this often. Unit: ms. */
const closeIdleEveryMs = 50;

/** What is still under way then is cut off. Unit: ms. */
const cutOffAfterMs = 5_000;

/** Takes no more connections, finishes the requests under way, and closes. */
export async function closeHttpServer(app: HttpServer): Promise<void> {
  // A connection whose request ends only now would otherwise be kept for the client's next one.
  const idle = setInterval(() => app.server.closeIdleConnections(), closeIdleEveryMs);
  const cutOff = setTimeout(() => app.server.closeAllConnections(), cutOffAfterMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cutOff);
  }
}
