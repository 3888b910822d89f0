import { sleep } from "@waybill/chassis";
import { createOrm, type OrmOptions } from "./orm.ts";
import { openSession } from "./session.ts";
import { type Sql, sql } from "./statement.ts";

/** How long one statement of a migration may take. */
const statementTimeoutMs = 10 * 60_000;

/** How long a replica waits for another one to finish migrating. */
const lockTimeoutMs = 15 * 60_000;
const lockPollMs = 50;
const lockName = "waybill:migrations";

/**
 * Brings the database up to date. Replicas may do so at the same time: one migrates, the others
 * wait for it. A database that is up to date is only asked, in two short queries.
 */
export async function migrate(db: Sql, options: OrmOptions): Promise<void> {
  const names = options.migrations.map(({ migrationName }) => migrationName);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`Two migrations are named ${repeated}`);
  if (await isUpToDate(db, names)) return;

  await using session = await openSession(options);
  const deadline = AbortSignal.any([AbortSignal.timeout(lockTimeoutMs), session.lost]);
  while (!(await session.tryLock(lockName))) await sleep(lockPollMs, deadline);
  if (await isUpToDate(db, names)) return; // Another replica did it meanwhile.
  const started = performance.now();
  const executed = await runMigrations(options);
  session.lost.throwIfAborted();
  const durationMs = Math.round(performance.now() - started);
  options.logger.info({ migrations: executed, durationMs }, "database migrated");
}

/** How long a replica that does not migrate waits for whoever does; its supervisor then starts it anew. */
const expectWithinMs = 60_000;
const expectPollMs = 500;

/** Waits until the database is up to date. Throws, and says what is missing, when it never is. */
export async function awaitMigrations(
  db: Sql,
  options: OrmOptions,
  withinMs = expectWithinMs,
): Promise<void> {
  const names = options.migrations.map(({ migrationName }) => migrationName);
  const deadline = performance.now() + withinMs;
  for (let look = 0; ; look += 1) {
    const missing = await missingMigrations(db, names);
    if (missing.length === 0) return;
    const migrations = missing.join(", ");
    if (performance.now() > deadline)
      throw new Error(`The database lacks the migrations ${migrations}: run src/migrate.ts`);
    if (look === 0) options.logger.warn({ migrations }, "waiting for the database to be migrated");
    await sleep(expectPollMs);
  }
}

/** On a pool of its own, with timeouts that fit migrations. */
async function runMigrations(options: OrmOptions): Promise<string[]> {
  const orm = await createOrm({ ...options, entities: [], poolSize: 2, statementTimeoutMs });
  try {
    return (await orm.migrator.up()).map(({ name }) => name);
  } finally {
    await orm.close(true);
  }
}

const migrationsTable = sql(
  "persistence_migrations_table",
  "select to_regclass('mikro_orm_migrations') is not null as present",
);
const executedMigrations = sql(
  "persistence_executed_migrations",
  "select name from mikro_orm_migrations where name = any($1::text[])",
);

const isUpToDate = async (db: Sql, names: readonly string[]): Promise<boolean> =>
  (await missingMigrations(db, names)).length === 0;

async function missingMigrations(db: Sql, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const [table] = await db.rows<{ present: boolean }>(migrationsTable);
  if (table?.present !== true) return names;
  const executed = await db.rows<{ name: string }>(executedMigrations, [names]);
  return names.filter((name) => !executed.some((row) => row.name === name));
}
