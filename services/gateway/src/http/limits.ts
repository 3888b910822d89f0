import rateLimit from "@fastify/rate-limit";
import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { identityOf } from "./authentication.ts";
import { Problem } from "./problem.ts";

/** Requests per minute; 0 means no limit. */
export interface RateLimits {
  readonly perAddress: number;
  readonly perIdentity: number;
  /** Of logins, registrations and the like, per address. */
  readonly logins: number;
}

const windowMs = 60_000;

/** Addresses and identities that are counted at once; the oldest are forgotten. */
const maxCounted = 20_000;

const unlimited = Number.MAX_SAFE_INTEGER;

const common = {
  enableDraftSpec: true,
  timeWindow: windowMs,
  cache: maxCounted,
  errorResponseBuilder: (_request: unknown, { after }: { after: string }) =>
    new Problem(429, "RATE_LIMITED", `Too many requests; try again in ${after}`),
};

/**
 * Limits requests per address, before anything is done for them, and per identity, once that is
 * known. Counts are this process's own. RateLimit-* headers tell the narrower one's state.
 */
export async function limitRates(app: FastifyInstance, limits: RateLimits): Promise<void> {
  await app.register(rateLimit, {
    ...common,
    hook: "onRequest",
    max: limits.perAddress || unlimited,
    allowList: ({ routeOptions }) =>
      limits.perAddress === 0 && routeOptions.config.rateLimit === undefined,
  });
  await app.register(rateLimit, {
    ...common,
    hook: "preParsing",
    max: limits.perIdentity || unlimited,
    keyGenerator: ({ caller }) => identityOf(caller),
    allowList: ({ caller }) => limits.perIdentity === 0 || caller.kind === "anonymous",
  });
}

/** What a route sets to be limited as logins are. */
export const loginLimit = ({ logins }: RateLimits) =>
  logins === 0 ? {} : { rateLimit: { max: logins, timeWindow: windowMs } };

/** How often the event loop's delay is looked at. Unit: ms. */
const sampleMs = 250;

/** Turns requests away while the event loop is too late to serve them in time; 0: never. */
export async function shedLoad(app: FastifyInstance, maxEventLoopDelayMs: number): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    sampleInterval: sampleMs,
    pressureHandler: (request) =>
      request.routeOptions.config.rateLimit === false
        ? undefined // Probes: a busy process is not a dead one.
        : Promise.reject(new Problem(503, "OVERLOADED", "The gateway is overloaded", 1)),
  });
}
