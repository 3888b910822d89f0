import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** Far more than the exporter's batches of 512 spans: 0.5 MB. */
const maxBodyBytes = 16 * 1024 * 1024;

/** Takes what processes of this machine export by OTLP over HTTP, in JSON. */
export interface OtlpReceiver extends AsyncDisposable {
  /** host:port. */
  readonly address: string;
}

export type Signal = "traces" | "metrics" | "logs";

/** For OTEL_EXPORTER_OTLP_TRACES_ENDPOINT and the like. */
export const endpointOf = (address: string, signal: Signal): string =>
  `http://${address}/v1/${signal}`;

/** What becomes of an export, by signal; those of others are read and dropped, whatever they are written in. */
export interface OtlpHandlers extends Partial<Readonly<Record<Signal, (body: Buffer) => void>>> {
  /** Answers GET requests by what becomes their JSON; undefined is answered by 404. */
  readonly query?: (url: URL) => object | undefined;
}

/** Listens on a free port of the loopback interface. It keeps no process alive by itself. */
export async function receiveOtlp(handlers: OtlpHandlers): Promise<OtlpReceiver> {
  const server = createServer((request, response) => {
    answer(handlers, request, response).catch(() => response.destroy());
  });
  server.unref();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  handlers: OtlpHandlers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "", "http://localhost");
  if (request.method === "GET") {
    const found = handlers.query?.(url);
    return respond(response, found === undefined ? 404 : 200, found ?? { message: "Not found" });
  }
  const signal = /^\/v1\/(traces|metrics|logs)$/.exec(url.pathname)?.[1] as Signal | undefined;
  if (request.method !== "POST" || signal === undefined)
    return respond(response, 404, { message: "Spans, metrics and logs go to /v1/…" });
  const take = handlers[signal];
  if (take !== undefined && !request.headers["content-type"]?.startsWith("application/json"))
    return respond(response, 415, { message: "Send JSON: OTEL_EXPORTER_OTLP_PROTOCOL=http/json" });
  const body = await read(request);
  if (body === undefined)
    return respond(response, 413, { message: `More than ${maxBodyBytes} bytes in one export` });
  take?.(body);
  respond(response, 200, {});
}

/** Undefined when there is too much of it. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) return undefined;
  const body = Buffer.concat(chunks);
  const isCompressed = request.headers["content-encoding"] === "gzip";
  return isCompressed ? gunzipSync(body, { maxOutputLength: maxBodyBytes }) : body;
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
