import {
  type baseConfig,
  createLogger,
  type Logger,
  type loadConfig,
  onTermination,
  type processConfig,
  type RepeatOptions,
  type Repetition,
  serveMetrics,
  shutdownTelemetry,
} from "@waybill/chassis";
import { type Authentication, authenticate, type PolicyTable } from "@waybill/identity";
import type { Messaging, MessagingOptions } from "@waybill/messaging";
import type { Database, DatabaseOptions } from "@waybill/persistence";
import type { Client, ClientConfig, createClient, RpcServer, ServerConfig } from "@waybill/rpc";
import { exitOnCrash } from "./crash.ts";
import { opener } from "./opener.ts";
import { Shutdown } from "./shutdown.ts";

/** A service's definition in the contracts. */
export type Definition = Parameters<typeof createClient>[0];

type BaseConfig = ReturnType<typeof loadConfig<typeof baseConfig>>;

/**
 * What every service is configured by; its own variables besides, such as STATUS_ADDRESS. Where its
 * database and NATS are is for those that open them.
 */
export type ServiceConfig = ReturnType<typeof loadConfig<typeof processConfig>> &
  Partial<Pick<BaseConfig, Exclude<keyof typeof baseConfig, keyof typeof processConfig>>>;

/**
 * One service process. What is opened through it is closed by it, in order: health NOT_SERVING and
 * calls in flight finished, consumers and loops ended; then what was given to onDrain, the last
 * first; then clients, messaging and databases.
 */
export interface Service extends AsyncDisposable {
  readonly name: string;
  readonly logger: Logger;
  /** How callers are checked, and the service's own token, which its clients present by default. */
  readonly authentication: Authentication;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Opens and migrates the service's database, or the one at `url`. */
  openDatabase(
    entities: DatabaseOptions["entities"],
    migrations: DatabaseOptions["migrations"],
    options?: Partial<DatabaseOptions>,
  ): Promise<Database>;
  /**
   * Connects to NATS, in the restore epoch of the service's database. Consumers that are begun through it end before the server's work
   * does.
   */
  connectMessaging(
    db: Pick<Database, "restoreEpoch">,
    options?: Partial<MessagingOptions>,
  ): Promise<Messaging>;
  /** A client of the callee whose address is in `<CALLEE>_ADDRESS`; throws when there is none. */
  client<D extends Definition>(
    definition: D,
    callee: string,
    options?: Partial<ClientConfig>,
  ): Client<D>;
  /**
   * Listens, becomes SERVING, and says so in the log, with the address. Callers are checked by the
   * policies; an RPC that is in none of them is for nobody.
   */
  serve<const Definitions extends readonly Definition[]>(
    services: ServerConfig<Definitions>["services"],
    options: Partial<ServerConfig<Definitions>> & { readonly policies: readonly PolicyTable[] },
  ): Promise<RpcServer>;
  /** Runs a loop in the background: at once, then each interval. */
  background(name: string, intervalMs: number, run: RepeatOptions["run"]): Repetition;
  /** Has these finished (batching points) or called when no new work comes any more. */
  onDrain(...work: readonly (AsyncDisposable | (() => unknown))[]): void;
  /** Resolves when the process was asked to stop and everything is closed. It then exits. */
  untilTerminated(): Promise<void>;
}

export interface ServiceOptions {
  /** Ends the process. Default process.exit. */
  readonly exit?: (code: number) => void;
  /** A shutdown that takes longer is cut off with exit code 1. Default 9,500 ms. */
  readonly shutdownWithinMs?: number;
}

/** Supervisors are told 10 s; this leaves room for the exit itself. */
const defaultShutdownWithinMs = 9_500;

/**
 * Begins a service process: its logger, its signals and its end. SIGTERM and SIGINT end it in order
 * with exit code 0; an error that reaches nobody ends it at once with exit code 1. Throws a
 * ConfigError when nobody's tokens are trusted.
 */
export async function startService(
  name: string,
  config: ServiceConfig,
  options: ServiceOptions = {},
): Promise<Service> {
  const { exit = process.exit, shutdownWithinMs = defaultShutdownWithinMs } = options;
  const logger = createLogger(name, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const authentication = authenticate(config, logger);
  const shutdown = new Shutdown(logger);
  const { HOST, METRICS_PORT } = config;
  const metrics = METRICS_PORT > 0 ? await serveMetrics(HOST, METRICS_PORT) : undefined;
  shutdown.add("clients", "the verifier", () => authentication[Symbol.asyncDispose]());
  const termination = onTermination({ logger, exit });
  const terminated = Promise.withResolvers<void>();
  let hasStarted = false;
  const crash = exitOnCrash({
    logger,
    exit,
    isExpected: () => termination.signal.aborted && !hasStarted,
  });
  const end = async () => {
    const deadline = exitAfter(shutdownWithinMs, logger, exit);
    await shutdown.run();
    await metrics?.[Symbol.asyncDispose](); // Until then a scrape sees how it ends.
    await shutdownTelemetry();
    clearTimeout(deadline);
    // Later, so that an error that ended the service is still logged.
    setImmediate(() => {
      termination[Symbol.dispose]();
      crash[Symbol.dispose]();
    });
  };
  termination.signal.addEventListener("abort", async () => {
    await end();
    logger.info("stopped");
    terminated.resolve();
    setImmediate(() => exit(0)); // After what untilTerminated's caller does last.
  });
  return {
    ...opener({ name, config, logger, authentication, shutdown, signal: termination.signal }),
    name,
    logger,
    authentication,
    signal: termination.signal,
    untilTerminated: () => {
      hasStarted = true;
      return terminated.promise;
    },
    [Symbol.asyncDispose]: end, // Once more after a termination, which is harmless.
  };
}

function exitAfter(ms: number, logger: Logger, exit: (code: number) => void): NodeJS.Timeout {
  return setTimeout(() => {
    logger.fatal({ afterMs: ms }, "did not stop in time, exiting with code 1");
    exit(1);
  }, ms);
}
