import type { PoolConfig } from "pg";

export interface ConnectionSettings {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** PostgreSQL cancels a statement that takes longer. Default 10,000 ms. */
  readonly statementTimeoutMs?: number;
  /** The longest wait for a connection, new or free again. Default 5,000 ms. */
  readonly connectionTimeoutMs?: number;
  /** PostgreSQL drops a connection that idles in a transaction for longer. Default 15,000 ms. */
  readonly idleInTransactionTimeoutMs?: number;
}

/** How much later than PostgreSQL itself the client gives a statement up: the server hangs. */
const readTimeoutGraceMs = 2_000;

/** When a silent connection is first asked whether its other end is still there. */
const keepAliveAfterMs = 10_000;

/**
 * TimeZone: so that dates are read alike everywhere. Keep-alives: the server, too, should notice soon when a client's machine is gone, since it
 * may hold locks. Generic plans: a batch is planned like the one before it. PostgreSQL would plan most of them anew, since it takes an array of one for
 * cheaper than the ten that it counts with when it does not look, and that costs a small batch as much as carrying it out. So a statement's text must be enough
 * to find its plan: one text per combination of filters.
 */
const serverSettings = [
  "-c TimeZone=UTC",
  "-c tcp_keepalives_idle=10",
  "-c tcp_keepalives_interval=5",
  "-c plan_cache_mode=force_generic_plan",
];

/** After so long, a connection beyond the first ones is closed. */
const idleTimeoutMs = 30_000;

/** With what pg's types leave out. */
interface PipelinedConfig extends PoolConfig {
  readonly pipeline: boolean;
}

/** What pg needs to know to connect by these settings. */
export function connectionConfig(settings: ConnectionSettings): PipelinedConfig {
  const statementTimeoutMs = settings.statementTimeoutMs ?? 10_000;
  return {
    connectionString: settings.url,
    application_name: settings.applicationName,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + readTimeoutGraceMs,
    connectionTimeoutMillis: settings.connectionTimeoutMs ?? 5_000,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeoutMs ?? 15_000,
    idleTimeoutMillis: idleTimeoutMs,
    pipeline: true, // A statement need not wait for the answer to the one before.
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    options: serverSettings.join(" "),
  };
}
