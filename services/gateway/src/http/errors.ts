import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { MethodsOf } from "./methods.ts";
import {
  type Answer,
  answerTo,
  type FieldNames,
  internalAnswer,
  type OwnReason,
  Problem,
} from "./problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** So that what a service says of its fields is told of the request's. */
    fieldNames?: FieldNames;
  }
}

/** Answers every error, whoever threw it, with the one body that errors have. */
export function mapErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => answerWith(error, request, reply));
}

/** The answer to a path or a method that is no route's; limited like any other. */
export function answerUnknownRoutes(app: FastifyInstance, methodsOf: MethodsOf): void {
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const path = pathOf(request);
    const methods = methodsOf(path);
    if (methods.length === 0)
      throw new Problem(404, "ROUTE_NOT_FOUND", `There is no route ${request.method} ${path}`);
    const allowed = methods.join(", ");
    reply.header("allow", allowed);
    throw new Problem(405, "METHOD_NOT_ALLOWED", `${path} is there for ${allowed} only`);
  });
}

/** What is answered to an error; an unforeseen one is logged. */
export function judge(error: unknown, request: FastifyRequest): Answer {
  const { fieldNames } = request.routeOptions.config;
  const answer = answerTo(error, fieldNames) ?? answerTo(ofFastify(error)) ?? internalAnswer;
  if (answer.status === 500) request.log.error({ error }, "A request failed unexpectedly");
  return answer;
}

function answerWith(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body, retryAfterS } = judge(error, request);
  if (retryAfterS !== undefined && !reply.hasHeader("retry-after"))
    reply.header("retry-after", retryAfterS);
  if (status === 401) reply.header("www-authenticate", "Bearer");
  return reply
    .code(status)
    .type("application/json; charset=utf-8")
    .send({ ...body, traceId: request.traceId });
}

/** What Fastify itself refuses: bodies that are too large, no JSON, and the like. */
function ofFastify(error: unknown): Problem | undefined {
  const { statusCode = 500, message } = error as Partial<FastifyError>;
  if (statusCode < 400 || statusCode >= 500) return undefined;
  return new Problem(statusCode, reasons[statusCode] ?? "MALFORMED_REQUEST", message ?? "");
}

const reasons: Readonly<Record<number, OwnReason>> = {
  413: "BODY_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
};

const pathOf = ({ url }: FastifyRequest): string => url.split("?", 1)[0] ?? url;
