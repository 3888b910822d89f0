import { type Agent, type IncomingMessage, request } from "node:http";
import type { Headers } from "../inputs/headers.ts";

/** How a request was answered. */
export interface HttpAnswer {
  readonly end: number | "no answer" | "cut off";
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

export interface HttpRequest {
  /** host:port */
  readonly address: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly agent: Agent;
}

/** Longer than any deadline that the gateway gives itself. Unit: ms. */
const GIVE_UP_MS = 30_000;

/** Sends a request and reads its answer; of a stream of events only the head. Never rejects. */
export function httpRequest({
  address,
  method,
  target,
  headers,
  body,
  agent,
}: HttpRequest): Promise<HttpAnswer> {
  const [host, port] = address.split(":");
  const length = body.length === 0 ? {} : { "content-length": String(body.length) };
  return new Promise((resolve) => {
    const sent = request({
      host,
      port,
      method,
      path: target,
      agent,
      headers: { ...headers, ...length },
    });
    const end = (how: HttpAnswer["end"], text: string, received: HttpAnswer["headers"] = {}) => {
      clearTimeout(giveUp);
      resolve({ end: how, text, headers: received });
    };
    const giveUp = setTimeout(() => {
      end("no answer", `nothing within ${GIVE_UP_MS} ms`);
      sent.destroy();
    }, GIVE_UP_MS);
    sent.on("error", (error) => end("cut off", error.message));
    sent.on("response", (response) => {
      const { statusCode = 0, headers: received } = response;
      if (received["content-type"]?.startsWith("text/event-stream")) {
        end(statusCode, "", received);
        sent.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => end("cut off", error.message));
      response.on("end", () => end(statusCode, Buffer.concat(chunks).toString(), received));
    });
    sent.end(body);
  });
}
