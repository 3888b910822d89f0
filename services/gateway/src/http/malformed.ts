import { randomBytes, randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionError, FastifyReply, FastifyRequest } from "fastify";
import type { OwnReason, ProblemBody } from "./problem.ts";

const jsonType = "application/json; charset=utf-8";

/** What cannot be a request of any route belongs to no trace; the id is for the log. */
const problem = (status: number, reason: OwnReason, error: string): ProblemBody => {
  const traceId = randomBytes(16).toString("hex");
  return { error, status, reason, fields: [], traceId };
};

/** Answers a path that cannot be taken apart, before any hook has run. */
export function answerBadPath(
  { statusCode = 400 }: { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const text = statusCode === 414 ? "A part of the path is too long" : "The path cannot be decoded";
  const body = problem(statusCode, "MALFORMED_REQUEST", text);
  reply
    .code(statusCode)
    .header("x-request-id", request.id)
    .header("x-trace-id", body.traceId)
    .type(jsonType)
    .send(JSON.stringify(body));
}

/** Answers what is no HTTP, or does not arrive, and closes the connection: nobody knows where the next request begins. */
export function answerMalformed(error: ConnectionError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = judgeConnection(error);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}`,
    `Content-Type: ${jsonType}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${randomUUID()}`,
    `X-Trace-Id: ${body.traceId}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}

function judgeConnection({ code }: ConnectionError): ProblemBody {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return problem(408, "REQUEST_TIMEOUT", "The request did not arrive in time");
    case "HPE_HEADER_OVERFLOW":
      return problem(431, "HEADERS_TOO_LARGE", "The request's headers are too large");
    default:
      return problem(400, "MALFORMED_REQUEST", "This is no HTTP request");
  }
}
