import type { Logger } from "@waybill/chassis";
import {
  type CompatServiceDefinition,
  createServer,
  type Server,
  type ServiceImplementation,
  type TsProtoServiceDefinition,
} from "nice-grpc";
import { HealthDefinition, HealthServiceImpl, HealthState } from "nice-grpc-server-health";
import { type Authorize, admitAll } from "./authorize.ts";
import { handleCalls } from "./calls.ts";
import { limitDeadlines } from "./deadline.ts";
import { reflectionServices } from "./reflection.ts";
import { bearResets } from "./streamResets.ts";
import { maxMessageBytes as defaultMaxMessageBytes, transportOptions } from "./transport.ts";

/** RPCs that an implementation leaves out are answered UNIMPLEMENTED. */
export type ServiceEntry<D extends TsProtoServiceDefinition = TsProtoServiceDefinition> = readonly [
  definition: D,
  implementation: Partial<ServiceImplementation<D>>,
];

export interface ServerConfig<Definitions extends readonly TsProtoServiceDefinition[]> {
  /** The service's name, for the log. */
  readonly name: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly services: readonly [...{ [I in keyof Definitions]: ServiceEntry<Definitions[I]> }];
  readonly logger: Logger;
  /** Judges every call before its handler. Default: lets all through. */
  readonly authorize?: Authorize;
  /** Replaces a missing, negative or absurd deadline. Default 30,000 ms. Streams have none. */
  readonly maxDeadlineMs?: number;
  /** The largest message, both ways. Default 4 MiB. */
  readonly maxMessageBytes?: number;
  /** How long drain waits for calls in flight before it cancels them. Default 5,000 ms. */
  readonly drainMs?: number;
  /**
   * Clients are asked to connect anew after so long, and so to look for replicas that are new since; calls and streams under way
   * finish on the old connection. Default: never.
   */
  readonly maxConnectionAgeMs?: number;
}

export interface RpcServer extends AsyncDisposable {
  /** host:port. */
  readonly address: string;
  readonly port: number;
  /** Tells health checks that the services are SERVING. */
  serve(): void;
  /** NOT_SERVING, streams end, calls in flight finish within the bound, the rest is cancelled. */
  drain(): Promise<void>;
}

/** A caller that vanished is noticed, and its stream ended, after both. Unit: ms. */
const keepalive = { timeMs: 60_000, timeoutMs: 20_000 } as const;

/**
 * Listens, with health (NOT_SERVING until serve() is called), reflection, error mapping, deadlines
 * and spans. Rejects when the address cannot be bound. Disposing drains.
 */
export async function startServer<const Definitions extends readonly TsProtoServiceDefinition[]>(
  config: ServerConfig<Definitions>,
): Promise<RpcServer> {
  const entries = (config.services as readonly ServiceEntry[]).map(implemented);
  const names = entries.map(([definition]) => definition.fullName);
  const health = healthOf(names);
  const draining = new AbortController();
  const { authorize = admitAll } = config;
  const server = createServer({
    ...transportOptions(config.maxMessageBytes ?? defaultMaxMessageBytes),
    "grpc.keepalive_time_ms": keepalive.timeMs,
    "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
    ...(config.maxConnectionAgeMs
      ? { "grpc.max_connection_age_ms": config.maxConnectionAgeMs }
      : {}),
    "grpc.enable_channelz": 1, // Without it grpc-js loses its connections and forces no shutdown.
  }).use(handleCalls({ draining: draining.signal, authorize, logger: config.logger }));
  for (const [definition, implementation] of entries) {
    // grpc-js takes no empty service; to its callers a missing one is UNIMPLEMENTED as well.
    if (Object.keys(definition.methods).length > 0) server.add(definition, implementation);
  }
  server.add(HealthDefinition, HealthServiceImpl(health.state));
  for (const service of reflectionServices(names)) server.add(...service);

  bearResets();
  const port = await listen(server, config.host, config.port);
  const streamingPaths = new Set([...alwaysStreaming, ...entries.flatMap(pathsOfStreams)]);
  const limits = limitDeadlines(port, {
    maxDeadlineMs: config.maxDeadlineMs ?? 30_000,
    streamingPaths,
  });
  let drained: Promise<void> | undefined;
  const drain = async () => {
    health.set("unhealthy");
    draining.abort();
    await shutDown(server, config);
    limits[Symbol.dispose]();
  };
  return {
    address: `${config.host}:${port}`,
    port,
    serve: () => health.set(draining.signal.aborted ? "unhealthy" : "healthy"),
    drain: () => (drained ??= drain()),
    [Symbol.asyncDispose]: () => (drained ??= drain()),
  };
}

type ImplementedService = readonly [
  TsProtoServiceDefinition,
  ServiceImplementation<CompatServiceDefinition>,
];

/** The definition without the RPCs that are not implemented, which nice-grpc insists on. */
function implemented([definition, implementation]: ServiceEntry): ImplementedService {
  const methods = Object.fromEntries(
    Object.entries(definition.methods).filter(
      ([name]) => (implementation as Record<string, unknown>)[name] !== undefined,
    ),
  );
  return [
    { ...definition, methods },
    implementation as ServiceImplementation<CompatServiceDefinition>,
  ];
}

/** Health answers for ever; reflection keeps its stream as long as the caller wants. */
const alwaysStreaming = [
  "/grpc.health.v1.Health/Watch",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

const pathsOfStreams = ([{ fullName, methods }]: ImplementedService): readonly string[] =>
  Object.values(methods)
    .filter((method) => method.requestStream || method.responseStream)
    .map((method) => `/${fullName}/${method.name}`);

/** The health of the server as a whole ("") and of each service, which is always the same. */
function healthOf(services: readonly string[]) {
  const state = HealthState();
  state.setMaxListeners(0); // Each watching caller is a listener.
  const set = (status: "healthy" | "unhealthy") => {
    for (const name of ["", ...services]) state.setStatus(status, name);
  };
  set("unhealthy");
  return { state, set };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    return await server.listen(`${host}:${port}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot listen on ${host}:${port}: ${reason}`, { cause });
  }
}

/** Lets calls finish, but not for longer than the bound. */
async function shutDown(
  server: Server,
  config: { name: string; logger: Logger; drainMs?: number },
) {
  const { promise: expired, resolve } = Promise.withResolvers<"expired">();
  const timer = setTimeout(() => resolve("expired"), config.drainMs ?? 5_000);
  try {
    if ((await Promise.race([server.shutdown(), expired])) !== "expired") return;
    config.logger.warn({ server: config.name }, "Calls in flight did not finish; cancelling them");
    server.forceShutdown();
  } finally {
    clearTimeout(timer);
  }
}
