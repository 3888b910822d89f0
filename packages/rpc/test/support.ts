import { createLogger, type Logger } from "@waybill/chassis";
import {
  StatusServiceDefinition,
  type StatusServiceImplementation,
} from "@waybill/contracts/status";
import {
  type Client,
  type ClientConfig,
  createClient,
  Refusal,
  type RpcServer,
  type ServerConfig,
  startServer,
} from "../src/index.ts";

export type Handlers = Partial<StatusServiceImplementation>;
export type StatusClient = Client<typeof StatusServiceDefinition>;
type Definitions = readonly [typeof StatusServiceDefinition];

/** A logger that keeps its lines. */
export function keptLog(): { logger: Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { logger: createLogger("test", { level: "info", format: "json" }, { write }), lines };
}

export const { logger: quiet } = keptLog();

/** A server of the status contract on a free port of the loopback, SERVING. */
export async function serve(
  handlers: Handlers,
  config: Partial<ServerConfig<Definitions>> = {},
): Promise<RpcServer> {
  const server = await startServer<Definitions>({
    name: "test",
    host: "127.0.0.1",
    port: 0,
    logger: quiet,
    services: [[StatusServiceDefinition, handlers]],
    ...config,
  });
  server.serve();
  return server;
}

/** A client of the status contract at that address. */
export const clientOf = (address: string, config: Partial<ClientConfig> = {}): StatusClient =>
  createClient(StatusServiceDefinition, {
    callee: `test-${address}`,
    address,
    logger: quiet,
    ...config,
  });

/** The refusal that a call is answered with. */
export async function refusalFrom(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => new Error("expected a refusal"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

/** How long it takes until the promise settles, in ms. */
export async function timed(promise: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await promise.catch(() => {});
  return performance.now() - start;
}

/** Waits until the condition holds, but not longer than the deadline in ms. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 5_000) {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
