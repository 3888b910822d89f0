import { promisify } from "node:util";
import { createLogger } from "@waybill/chassis";
import { ErrorReason } from "@waybill/contracts/errors";
import type { Order } from "@waybill/contracts/order";
import type { Caller } from "@waybill/identity";
import { refuse } from "@waybill/rpc";
import { OrderCache } from "../../src/app/orderCache.ts";
import { traceLinks } from "../../src/app/traceLinks.ts";
import {
  closeHttpServer,
  createHttpServer,
  type HttpServerOptions,
} from "../../src/http/server.ts";
import { StreamSlots } from "../../src/http/streamSlots.ts";
import { allRoutes } from "../../src/routes/allRoutes.ts";
import { Fakes } from "./fakes.ts";

const person = (userId: string, ...roles: ("customer" | "admin")[]): Caller => ({
  kind: "user",
  userId,
  roles,
  token: userId,
});

/** Whose token is what; real tokens are the identity package's business. */
const bearers: Readonly<Record<string, Caller>> = {
  alice: person("alice", "customer"),
  bob: person("bob", "customer"),
  root: person("root", "customer", "admin"),
  coordinator: { kind: "service", name: "coordinator" },
};

async function verify(token: string): Promise<Caller> {
  const caller = bearers[token];
  if (caller !== undefined) return caller;
  throw refuse.unauthenticated(ErrorReason.INVALID_TOKEN, "The token is not valid");
}

export interface Request {
  readonly as?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly fakes: Fakes;
  readonly ending: AbortController;
  readonly orderCache: OrderCache<Order>;
  /** Sends a request as somebody, and reads the answer. */
  call(method: string, path: string, request?: Request): Promise<Answered>;
  /** The same, with the body as a stream. */
  open(method: string, path: string, request?: Request): Promise<Response>;
  /** How many connections it has. */
  connections(): Promise<number>;
  /** What was answered so far: "GET /api/orders 200". */
  readonly answers: readonly { method: string; path: string; status: number }[];
}

export interface TestOptions extends Partial<Omit<HttpServerOptions, "routes">> {
  readonly replicas?: number;
  readonly maxStreamsPerIdentity?: number;
  readonly cancellationWindowMs?: number;
}

const unlimited = { perAddress: 0, perIdentity: 0, logins: 0 };

/** A gateway on a free port before services that are fakes. */
export async function startGateway(options: TestOptions = {}): Promise<TestGateway> {
  const { replicas = 1, maxStreamsPerIdentity = 20, cancellationWindowMs = 0, ...http } = options;
  const logger = createLogger("test", { level: "silent", format: "json" });
  const fakes = await Fakes.start(logger, replicas);
  const clients = fakes.clients(logger);
  const ending = new AbortController();
  const orderCache = new OrderCache<Order>();
  const limits = http.limits ?? unlimited;
  const server = await createHttpServer({
    logger,
    verify,
    limits,
    maxEventLoopDelayMs: 0, // A window without a sample, as on a busy machine, counts as a delay without end.
    corsOrigins: ["https://shop.example"],
    trustedProxies: [],
    ...http,
    routes: (app) =>
      allRoutes(app, {
        clients,
        orderCache,
        health: { order: { check: async () => ({ status: 1 }) } },
        limits,
        slots: new StreamSlots(100, maxStreamsPerIdentity),
        ending: ending.signal,
        traceLink: traceLinks("https://traces.example.org/{traceId}"),
        defaultPaymentMethod: "pm_ok",
        defaultCurrency: "EUR",
        cancellationWindowMs,
      }),
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const answers: { method: string; path: string; status: number }[] = [];
  const open: TestGateway["open"] = async (method, path, request = {}) => {
    const { as, body, headers, signal } = request;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    answers.push({ method, path: path.split("?", 1)[0] ?? path, status: response.status });
    return response;
  };
  return {
    url,
    fakes,
    ending,
    orderCache,
    answers,
    open,
    connections: () => promisify(server.server.getConnections).call(server.server),
    call: async (method, path, request) => {
      const response = await open(method, path, request);
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      const body: unknown = isJson ? JSON.parse(text) : text;
      return { status: response.status, headers: response.headers, body };
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await closeHttpServer(server);
      await clients[Symbol.asyncDispose]();
      await fakes[Symbol.asyncDispose]();
    },
  };
}
