import type { MikroORM, SqlEntityManager } from "@mikro-orm/postgresql";
import { backoff, sleep } from "@waybill/chassis";
import type { Kysely } from "kysely";
import { asUnavailable, UnavailableError } from "./errors.ts";
import { createElections } from "./leadership.ts";
import { awaitMigrations, migrate } from "./migrate.ts";
import { createOrm, type OrmOptions } from "./orm.ts";
import { readRestoreEpoch } from "./restoreEpoch.ts";
import { type Sql, sql } from "./statement.ts";
import { inTransaction, sqlOn } from "./transaction.ts";

export interface DatabaseOptions extends OrmOptions {
  /** How long to wait for PostgreSQL to accept connections at all. Default 30,000 ms. */
  readonly readyWithinMs?: number;
  /** "apply" brings the database up to date; "expect" waits until somebody else has. Default "apply". */
  readonly migrate?: "apply" | "expect";
}

/** A service's database. Its statements commit one by one; those of a transaction together. */
export interface Database extends Sql, AsyncDisposable {
  /** When it was last restored from a back-up, in s since 1970, as it was at opening; 0: never. */
  readonly restoreEpoch: bigint;
  /**
   * Runs the work in a READ COMMITTED transaction. When it loses against another one (deadlock,
   * serialization failure), it is run again, at most three times, so it must have no other
   * effects. Throws UnavailableError when PostgreSQL cannot be reached or drops the connection;
   * if that happens during the commit, the outcome is unknown.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** A fresh entity manager, for people-sized work: administration and reads. */
  entities(): SqlEntityManager;
  /**
   * Contends for the leadership of that name among all processes on this database, runs the work
   * while it has it, and contends again: when the work ends or throws, and when the connection
   * that stands for the leadership is lost, which aborts the work's signal. Resolves once
   * `signal` is aborted and the work has ended. For a moment a lost leader may not know it yet, so
   * the work must be idempotent.
   */
  whileLeader(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
  /** Resolves if PostgreSQL answers, throws UnavailableError if it does not. */
  ping(): Promise<void>;
}

/**
 * Connects, migrates and is then ready. Waits for a PostgreSQL that does not accept connections
 * yet; throws UnavailableError when it never does, and anything else at once.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const orm = await createOrm(options);
  const kysely = orm.em.getConnection().getClient() as Kysely<unknown>;
  const db = databaseOver(orm, kysely, options);
  try {
    await untilAnswering(db, options);
    if (options.migrate === "expect") await awaitMigrations(db, options);
    else await migrate(db, options);
    return { ...db, restoreEpoch: await readRestoreEpoch(db) };
  } catch (error) {
    await db[Symbol.asyncDispose]();
    throw asUnavailable(error);
  }
}

const pingStatement = sql("persistence_ping", "select 1");

function databaseOver(
  orm: MikroORM,
  kysely: Kysely<unknown>,
  options: DatabaseOptions,
): Omit<Database, "restoreEpoch"> {
  const elections = createElections(options, options.logger);
  const onPool = sqlOn((query) => kysely.executeQuery(query));
  return {
    ...onPool,
    transaction: (work) => inTransaction(kysely, work),
    entities: () => orm.em.fork(),
    whileLeader: elections.whileLeader,
    ping: async () => {
      await onPool.rows(pingStatement);
    },
    [Symbol.asyncDispose]: async () => {
      await elections[Symbol.asyncDispose]();
      await orm.close(true);
    },
  };
}

async function untilAnswering(db: Pick<Database, "ping">, options: DatabaseOptions): Promise<void> {
  const { logger, readyWithinMs = 30_000 } = options;
  const deadline = performance.now() + readyWithinMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await db.ping();
    } catch (error) {
      const pauseMs = backoff(attempt, { firstMs: 100, capMs: 2_000 });
      if (!(error instanceof UnavailableError)) throw error;
      if (performance.now() + pauseMs > deadline) throw error;
      logger.warn({ error: error.message }, "waiting for PostgreSQL");
      await sleep(pauseMs);
    }
  }
}
