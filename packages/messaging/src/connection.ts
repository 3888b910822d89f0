import { join } from "node:path";
import { backoff, type Logger, maskUserInfo, sleep } from "@waybill/chassis";
import {
  connect,
  ErrorCode,
  type JetStreamManager,
  NatsError,
  type NatsConnection as RawConnection,
} from "nats";
import { reconnectDelay } from "./reconnectDelay.ts";

export interface ConnectionOptions {
  /** One or more addresses, separated by commas. */
  readonly url: string;
  /** How the server's monitoring names this client. */
  readonly name: string;
  readonly logger: Logger;
  /** A folder with ca.crt, tls.crt and tls.key, read again with each connection: mutual TLS. */
  readonly tlsFolder?: string;
  /** How long to try at start. Unit: ms. Default 30 s. */
  readonly connectWithinMs?: number;
}

/** A connection that comes back by itself, and tells when it is lost and restored. */
export interface Connection extends AsyncDisposable {
  readonly raw: RawConnection;
  readonly manager: JetStreamManager;
  readonly logger: Logger;
  readonly connected: boolean;
  /** Runs requests, and throws at once when the connection is lost: their answers never come. */
  whileConnected<T>(work: () => Promise<T>): Promise<T>;
  /** Calls back when the connection is lost or restored. Answers how to stop that. */
  onChange(listener: (connected: boolean) => void): () => void;
}

const defaultConnectWithinMs = 30_000;
const apiTimeoutMs = 5_000;
/** How soon a silent server is noticed: two missed pings. */
const pingIntervalMs = 10_000;
const reconnectWaitMs = 200;

/** Connects, trying for `connectWithinMs`; afterwards it reconnects for ever. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const raw = await connectPatiently(options);
  const manager = await raw.jetstreamManager({ checkAPI: false, timeout: apiTimeoutMs });
  const listeners = new Set<(connected: boolean) => void>();
  const state = { connected: true };
  const onChange = (listener: (connected: boolean) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  void watch(raw, options.logger, (connected) => {
    if (state.connected === connected) return;
    state.connected = connected;
    for (const listener of listeners) listener(connected);
  });
  return {
    raw,
    manager,
    logger: options.logger,
    get connected() {
      return state.connected && !raw.isClosed();
    },
    whileConnected: async <T>(work: () => Promise<T>) => {
      if (!state.connected) throw new ConnectionLostError();
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const forget = onChange(() => reject(new ConnectionLostError()));
      work().then(resolve, reject);
      return promise.finally(forget);
    },
    onChange,
    [Symbol.asyncDispose]: async () => {
      if (state.connected && !raw.isClosed()) await raw.flush().catch(() => {}); // Lost meanwhile.
      await raw.close();
    },
  };
}

/** NATS is away: it says nothing about what was asked. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";

  constructor() {
    super("the connection to NATS is lost");
  }
}

async function connectPatiently(options: ConnectionOptions): Promise<RawConnection> {
  const { url, name, logger, connectWithinMs = defaultConnectWithinMs } = options;
  const deadline = performance.now() + connectWithinMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect({
        servers: url.split(",").map((server) => server.trim()),
        name,
        timeout: apiTimeoutMs,
        maxReconnectAttempts: -1,
        reconnectDelayHandler: reconnectDelay(reconnectWaitMs),
        ignoreAuthErrorAbort: true,
        pingInterval: pingIntervalMs,
        noAsyncTraces: true, // Stack traces of requests cost more than the requests.
        ...(options.tlsFolder ? { tls: tlsOf(options.tlsFolder) } : {}),
      });
    } catch (error) {
      const retryInMs = backoff(attempt, { firstMs: 100, capMs: 2_000 });
      if (performance.now() + retryInMs > deadline) {
        throw new Error(`cannot reach NATS at ${maskUserInfo(url)}`, { cause: error });
      }
      if (attempt === 0) {
        logger.warn({ url: maskUserInfo(url), error }, "NATS cannot be reached yet, trying on");
      }
      await sleep(retryInMs);
    }
  }
}

const tlsOf = (folder: string) => ({
  caFile: join(folder, "ca.crt"),
  certFile: join(folder, "tls.crt"),
  keyFile: join(folder, "tls.key"),
});

/** Ends with the process at the latest: the client never ends the iteration. */
async function watch(
  raw: RawConnection,
  logger: Logger,
  changed: (connected: boolean) => void,
): Promise<void> {
  for await (const status of raw.status()) {
    if (status.type === "disconnect") {
      logger.warn({ server: status.data }, "connection to NATS lost");
      changed(false);
    } else if (status.type === "reconnect") {
      logger.info({ server: status.data }, "connection to NATS restored");
      changed(true);
    } else if (status.type === "error") {
      logger.warn({ code: status.data }, "NATS reports an error");
    }
  }
}

/** Whether the API says that the stream, the consumer or the message does not exist. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof NatsError && (error.code === "404" || error.api_error?.code === 404);

/** Whether NATS or its JetStream does not answer: later it will. */
export const isAway = (error: unknown): boolean =>
  error instanceof ConnectionLostError ||
  (error instanceof NatsError && awayCodes.has(error.code as ErrorCode));

const awayCodes = new Set([
  ErrorCode.NoResponders,
  ErrorCode.JetStreamNotEnabled,
  ErrorCode.Timeout,
  ErrorCode.Disconnect,
]);
