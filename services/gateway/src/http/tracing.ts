import { randomBytes, randomUUID } from "node:crypto";
import {
  type Context,
  context,
  isSpanContextValid,
  metrics,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { contextOf, tracer } from "@waybill/chassis";
import type { FastifyInstance, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** Names this request in logs and traces, here and in every service that it reaches. */
    traceId: string;
    /** What calls on behalf of this request are made in. */
    traceContext: Context;
    span: Span | undefined;
  }
}

const duration = metrics
  .getMeter("waybill.gateway")
  .createHistogram("http.server.request.duration", {
    unit: "s",
    description: "Duration of HTTP requests, by method, route and status.",
    advice: {
      explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    },
  });

/** The id of the request: the client's own, when it can be printed, or a new one. */
export function requestId(headers: Readonly<Record<string, unknown>>): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** Gives every request a trace, its own or its caller's, and every answer the ids to find it by. */
export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest("traceId", "");
  app.decorateRequest("span", undefined);
  // A context is an object of each request's own; Fastify must not share a default.
  app.decorateRequest("traceContext", undefined as unknown as Context);
  app.addHook("onRequest", (request, reply, done) => {
    begin(request);
    reply.header("x-request-id", request.id).header("x-trace-id", request.traceId);
    done();
  });
  app.addHook("onRoute", (route) => {
    const { handler } = route;
    // Reading a body loses the context that the hooks ran in, so that the handler gets it anew.
    route.handler = function inTrace(request, reply) {
      return context.with(request.traceContext, () => handler.call(this, request, reply));
    };
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "";
    const labels = {
      "http.request.method": request.method,
      "http.route": route,
      "http.response.status_code": reply.statusCode,
    };
    duration.record(reply.elapsedTime / 1_000, labels);
    request.span?.setAttribute("http.response.status_code", reply.statusCode);
    if (reply.statusCode >= 500) request.span?.setStatus({ code: SpanStatusCode.ERROR });
    request.span?.end();
    done();
  });
}

function begin(request: FastifyRequest): void {
  const { traceparent } = request.headers;
  const incoming = contextOf(typeof traceparent === "string" ? traceparent : "");
  const route = request.routeOptions.url ?? "unknown route";
  const attributes = { "http.request.method": request.method, "http.route": route };
  const options = { kind: SpanKind.SERVER, attributes };
  const span = tracer("waybill.gateway").startSpan(`${request.method} ${route}`, options, incoming);
  if (isSpanContextValid(span.spanContext())) {
    request.span = span;
    request.traceId = span.spanContext().traceId;
    request.traceContext = trace.setSpan(incoming, span);
    return;
  }
  // Nothing is exported: an id that leads through the logs of all services costs next to nothing.
  request.traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  const ids = { traceId: request.traceId, spanId, traceFlags: TraceFlags.NONE };
  request.traceContext = trace.setSpanContext(ROOT_CONTEXT, ids);
}
