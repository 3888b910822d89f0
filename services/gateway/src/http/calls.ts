import { type CallLimits, Metadata } from "@waybill/rpc";
import type { FastifyInstance, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** How long the answer may take in all. Default 5,000 ms. */
    deadlineMs?: number;
  }
  interface FastifyRequest {
    /** Aborts when the client hangs up. */
    gone: AbortSignal;
    /** When the answer must be there, on the clock of performance.now(). */
    deadline: number;
  }
}

const defaultDeadlineMs = 5_000;

/** Gives every request its deadline, and a signal for a client that hangs up. */
export function boundRequests(app: FastifyInstance): void {
  app.decorateRequest("gone", undefined as unknown as AbortSignal);
  app.decorateRequest("deadline", 0);
  app.addHook("onRequest", (request, reply, done) => {
    const gone = new AbortController();
    request.gone = gone.signal;
    request.deadline =
      performance.now() + (request.routeOptions.config.deadlineMs ?? defaultDeadlineMs);
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    done();
  });
}

/** The options of a call to a service. */
export interface Call extends CallLimits {
  readonly metadata?: Metadata;
  readonly signal: AbortSignal;
}

/** A call on behalf of the client: with its own token, which the service judges; within its deadline; ended when it hangs up. */
export function asCaller(request: FastifyRequest): Call {
  const { token } = request;
  // Never the gateway's own identity by mistake: it may see more than the client.
  if (token === undefined) throw new Error("a public route calls on behalf of nobody");
  return { ...asGateway(request), metadata: Metadata({ authorization: `Bearer ${token}` }) };
}

/** A call for nobody in particular, such as a login: the client presents the gateway's own identity. */
export const asGateway = ({ gone, deadline }: FastifyRequest): Call => ({
  signal: gone,
  timeoutMs: Math.max(1, deadline - performance.now()),
});

/** A call that answers as long as the client listens. */
export const asListener = (request: FastifyRequest, signal: AbortSignal) => ({
  metadata: asCaller(request).metadata as Metadata,
  signal,
});
