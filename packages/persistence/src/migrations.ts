import { Migration } from "@mikro-orm/migrations";
import type { MikroORM } from "@mikro-orm/postgresql";
import { type Logger, sleep } from "@waybill/chassis";
import { openSession } from "./session.ts";
import type { ConnectionSettings } from "./settings.ts";
import { type Sql, sql } from "./statement.ts";

/** A class for MikroORM's list of migrations, with its stable name. */
export type MigrationClass = (new (
  ...parameters: ConstructorParameters<typeof Migration>
) => Migration) & { readonly migrationName: string };

/** How long one statement of a migration may take, instead of the pool's statement timeout. */
const statementTimeout = "10min";

/** How long a replica waits for another one to finish migrating. */
const lockTimeoutMs = 10 * 60_000;
const lockPollMs = 50;
const lockName = "waybill:migrations";

/**
 * A migration in plain SQL, run once per database, in a transaction of its own. Its name is
 * recorded and never changes; the order is that of the list.
 */
export function migration(migrationName: string, up: string | readonly string[]): MigrationClass {
  return class extends Migration {
    static readonly migrationName = migrationName;
    override name = migrationName;

    override up(): void {
      this.addSql(`set local statement_timeout = '${statementTimeout}'`);
      for (const statement of [up].flat()) this.addSql(statement);
    }
  };
}

/**
 * Brings the database up to date. Replicas may do so at the same time: one migrates, the others
 * wait for it. A database that is up to date is only asked once.
 */
export async function migrate(
  orm: MikroORM,
  db: Sql,
  list: readonly MigrationClass[],
  settings: ConnectionSettings,
  logger: Logger,
): Promise<void> {
  const names = list.map(({ migrationName }) => migrationName);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new Error(`Two migrations are named ${repeated}`);
  if (await isUpToDate(db, names)) return;

  await using session = await openSession(settings);
  const deadline = AbortSignal.any([AbortSignal.timeout(lockTimeoutMs), session.lost]);
  while (!(await session.tryLock(lockName))) await sleep(lockPollMs, deadline);
  if (await isUpToDate(db, names)) return; // Another replica did it meanwhile.
  const started = performance.now();
  const executed = await orm.migrator.up();
  session.lost.throwIfAborted();
  const durationMs = Math.round(performance.now() - started);
  logger.info({ migrations: executed.map(({ name }) => name), durationMs }, "database migrated");
}

const migrationsTable = sql(
  "persistence_migrations_table",
  "select to_regclass('mikro_orm_migrations') is not null as present",
);
const executedMigrations = sql(
  "persistence_executed_migrations",
  "select name from mikro_orm_migrations where name = any($1::text[])",
);

async function isUpToDate(db: Sql, names: readonly string[]): Promise<boolean> {
  if (names.length === 0) return true;
  const [table] = await db.rows<{ present: boolean }>(migrationsTable);
  if (table?.present !== true) return false;
  return (await db.rows(executedMigrations, [names])).length === names.length;
}
