import { envChoice, envDuration, envInteger, envText, envUrl } from "./schemas.ts";

/** What every process is configured by, whatever it keeps and whoever it talks to. */
export const processConfig = {
  /** The address to listen on. */
  HOST: envText("127.0.0.1"),
  /** The port to listen on; 0 takes any free one. */
  PORT: envInteger({ min: 0, max: 65_535 }),
  /** Prometheus's metrics are served here, at /metrics on HOST; 0: nowhere. Read when telemetry is preloaded, too. */
  METRICS_PORT: envInteger({ min: 0, max: 65_535, default: 0 }),
  LOG_LEVEL: envChoice(["trace", "debug", "info", "warn", "error", "fatal", "silent"], "info"),
  LOG_FORMAT: envChoice(["json", "pretty"], "json"),
  /** Whose tokens are accepted: a JSON array, or the path of a file with one; see @waybill/identity. */
  TRUSTED_ISSUERS: envText(""),
  /** "off" lets everybody do everything; for tests only. */
  AUTHENTICATION: envChoice(["on", "off"], "on"),
  /** After so long clients are asked to connect anew, and so find replicas that are new; 0: never. */
  MAX_CONNECTION_AGE: envDuration(0),
  /** Where the service finds its own token, which somebody else keeps fresh. */
  SERVICE_TOKEN_FILE: envText(""),
};

/** The same, of a service with a database and messages of its own; it adds its own variables. */
export const baseConfig = {
  ...processConfig,
  /** The service's own database. */
  DATABASE_URL: envUrl(),
  /** Connections of one process at most. */
  DATABASE_POOL_SIZE: envInteger({ min: 1, max: 200, default: 16 }),
  /** "apply" brings the database up to date at start; "expect" waits until somebody else has done so. */
  MIGRATIONS: envChoice(["apply", "expect"], "apply"),
  NATS_URL: envUrl("nats://127.0.0.1:4222"),
  /** A folder with ca.crt, tls.crt and tls.key, by which NATS and this process know each other. */
  NATS_TLS_FOLDER: envText(""),
  /** How many servers keep each stream that this service owns: 3 in a cluster. */
  STREAM_REPLICAS: envInteger({ min: 1, max: 5, default: 1 }),
};
