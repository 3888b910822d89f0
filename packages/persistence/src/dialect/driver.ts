import type { Socket } from "node:net";
import type { Driver, TransactionSettings } from "kysely";
import { Pool, type PoolClient, type PoolConfig } from "pg";
import { observePool } from "../databaseMetrics.ts";
import { PooledConnection } from "./connection.ts";

/** How long closing waits for those who still use connections. */
const closeTimeoutMs = 5_000;

/**
 * PostgreSQL keeps the plan of a prepared statement until the table is analysed again, by default
 * up to a minute late. Meanwhile a plan made for a small table may serve a big one: measured, an
 * update of 64 rows by key takes five times as long once the table has grown to 30,000.
 */
const planLifetimeMs = 10_000;

/**
 * Kysely's driver over pg's pool, hardened: its own one leaks the connection of a transaction whose
 * begin, or whose commit and rollback, failed, and returns half-finished ones to the pool.
 */
export class PooledDriver implements Driver {
  readonly #config: PoolConfig;
  readonly #onError: (error: Error) => void;
  /** Every open connection, and when its plans were made. Unit: ms of performance.now(). */
  readonly #clients = new Map<PoolClient, number>();
  #pool: Pool | undefined;
  #gauges: Disposable | undefined;

  constructor(config: PoolConfig, onError: (error: Error) => void) {
    this.#config = config;
    this.#onError = onError;
  }

  async init(): Promise<void> {
    const pool = new Pool(this.#config);
    pool.on("error", this.#onError); // Of an idle connection. Unheard, it would end the process.
    pool.on("connect", (client) => {
      client.on("error", () => {}); // While in use: whoever uses it learns it from the statement.
      this.#clients.set(client, performance.now());
    });
    pool.on("remove", (client) => this.#clients.delete(client as PoolClient));
    this.#pool = pool;
    this.#gauges = observePool(pool, databaseOf(this.#config));
  }

  async acquireConnection(): Promise<PooledConnection> {
    if (this.#pool === undefined) throw new Error("driver has already been destroyed");
    const client = await this.#pool.connect();
    const connection = new PooledConnection(client);
    if (performance.now() - (this.#clients.get(client) ?? 0) > planLifetimeMs) {
      this.#clients.set(client, performance.now());
      await orRelease(connection, "discard plans");
    }
    return connection;
  }

  async beginTransaction(
    connection: PooledConnection,
    { isolationLevel = "read committed", accessMode = "read write" }: TransactionSettings,
  ): Promise<void> {
    connection.begin(`begin isolation level ${isolationLevel} ${accessMode}`);
  }

  async commitTransaction(connection: PooledConnection): Promise<void> {
    const answer = await connection.control("commit");
    // A statement failed and its error was swallowed. PostgreSQL answers so, without an error.
    if (answer !== "COMMIT") throw new Error("The transaction had failed and was rolled back");
  }

  /** Never throws, so that the reason of the rollback is not hidden, and nothing leaks. */
  async rollbackTransaction(connection: PooledConnection): Promise<void> {
    await connection.control("rollback").catch(() => connection.condemn());
  }

  async savepoint(connection: PooledConnection, name: string): Promise<void> {
    await connection.control(`savepoint ${quoted(name)}`);
  }

  async rollbackToSavepoint(connection: PooledConnection, name: string): Promise<void> {
    await connection.control(`rollback to savepoint ${quoted(name)}`);
  }

  async releaseSavepoint(connection: PooledConnection, name: string): Promise<void> {
    await connection.control(`release savepoint ${quoted(name)}`);
  }

  async releaseConnection(connection: PooledConnection): Promise<void> {
    connection.release();
  }

  /** Waits for those who use connections, but not for ever: then they are cut off. */
  async destroy(): Promise<void> {
    const pool = this.#pool;
    if (pool === undefined) return;
    this.#pool = undefined;
    this.#gauges?.[Symbol.dispose]();
    const cutOff = setTimeout(() => {
      for (const client of this.#clients.keys()) cut(client);
    }, closeTimeoutMs);
    await pool.end();
    // The pool itself does not wait until its connections are really closed.
    while (this.#clients.size > 0) await new Promise((resolve) => pool.once("remove", resolve));
    clearTimeout(cutOff);
  }
}

/** The database's name: what its pool is called among metrics. */
const databaseOf = ({ connectionString = "" }: PoolConfig): string =>
  URL.canParse(connectionString) ? new URL(connectionString).pathname.slice(1) : "";

/** Sends a command; if that fails, closes the connection. */
async function orRelease(connection: PooledConnection, command: string): Promise<void> {
  try {
    await connection.control(command);
  } catch (error) {
    connection.condemn();
    connection.release();
    throw error;
  }
}

/** Closes a connection at once, whatever it does and whether or not the server still answers. */
function cut(client: PoolClient): void {
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
