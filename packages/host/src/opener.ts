import { type Logger, repeat } from "@waybill/chassis";
import type { authenticate } from "@waybill/identity";
import { connectMessaging, type Messaging } from "@waybill/messaging";
import { openDatabase } from "@waybill/persistence";
import { createClient, startServer } from "@waybill/rpc";
import type { Service, ServiceConfig } from "./service.ts";
import type { Shutdown } from "./shutdown.ts";

/** What the parts of a service have in common. */
export interface Parts {
  readonly name: string;
  readonly config: ServiceConfig;
  readonly logger: Logger;
  readonly authentication: ReturnType<typeof authenticate>;
  readonly shutdown: Shutdown;
  readonly signal: AbortSignal;
}

type Opener = Pick<
  Service,
  "openDatabase" | "connectMessaging" | "client" | "serve" | "background" | "onDrain"
>;

/** Opens a service's parts as its configuration says, and has each closed in its turn. */
export function opener(parts: Parts): Opener {
  const { name, config, logger, authentication, shutdown, signal } = parts;
  const { token } = authentication;
  return {
    openDatabase: async (entities, migrations, options) => {
      const db = await openDatabase({
        url: given(config, "DATABASE_URL"),
        poolSize: given(config, "DATABASE_POOL_SIZE"),
        migrate: given(config, "MIGRATIONS"),
        applicationName: `waybill-${name}`,
        entities,
        migrations,
        logger,
        ...options,
      });
      shutdown.add("databases", "the database", () => db[Symbol.asyncDispose]());
      return db;
    },
    connectMessaging: async ({ restoreEpoch }, options) => {
      const messaging = await connectMessaging({
        url: given(config, "NATS_URL"),
        tlsFolder: given(config, "NATS_TLS_FOLDER"),
        streamReplicas: given(config, "STREAM_REPLICAS"),
        name,
        logger,
        restoreEpoch,
        ...options,
      });
      shutdown.add("messaging", "messaging", () => messaging[Symbol.asyncDispose]());
      return endingConsumersEarly(messaging, shutdown);
    },
    client: (definition, callee, options) => {
      const address = addressOf(config, callee);
      const client = createClient(definition, { callee, address, logger, token, ...options });
      shutdown.add("clients", `the client of ${callee}`, () => client[Symbol.asyncDispose]());
      return client;
    },
    serve: async (services, { policies, ...options }) => {
      const { HOST: host, PORT: port, MAX_CONNECTION_AGE: maxConnectionAgeMs } = config;
      const authorize = authentication.authorize(policies);
      const endpoint = { name, host, port, maxConnectionAgeMs, services, logger, authorize };
      const server = await startServer({ ...endpoint, ...options });
      shutdown.add("server", "the server", () => server.drain());
      server.serve();
      const startedInMs = Math.round(performance.now());
      logger.info({ address: server.address, startedInMs }, `ready on ${server.address}`);
      return server;
    },
    background: (loop, intervalMs, run) => {
      const repetition = repeat({ name: loop, intervalMs, signal, logger, run });
      shutdown.add("intake", loop, () => repetition[Symbol.asyncDispose]());
      return repetition;
    },
    onDrain: (...work) => {
      for (const one of work) {
        const close = typeof one === "function" ? one : () => one[Symbol.asyncDispose]();
        shutdown.add("work", "what was in flight", close);
      }
    },
  };
}

/** Messaging whose consumers end before the work that they feed is drained. */
function endingConsumersEarly(messaging: Messaging, shutdown: Shutdown): Messaging {
  const consume: Messaging["consume"] = (consumer) => {
    const consumption = messaging.consume(consumer);
    const close = () => consumption[Symbol.asyncDispose]();
    shutdown.add("intake", `the consumer ${consumer.durable}`, close);
    return consumption;
  };
  // Not a copy: `connected` must go on telling the present.
  return Object.create(messaging, { consume: { value: consume } }) as Messaging;
}

/** A setting that not every process needs; throws when this one's configuration leaves it out. */
function given<K extends keyof ServiceConfig>(
  config: ServiceConfig,
  variable: K,
): NonNullable<ServiceConfig[K]> {
  const value = config[variable];
  if (value !== undefined && value !== null) return value;
  throw new Error(`the configuration has no ${variable}`);
}

function addressOf(config: ServiceConfig, callee: string): string {
  const variable = `${callee.toUpperCase().replaceAll("-", "_")}_ADDRESS`;
  const address = (config as Readonly<Record<string, unknown>>)[variable];
  if (typeof address === "string") return address;
  throw new Error(`the configuration has no ${variable}, where ${callee} would be found`);
}
