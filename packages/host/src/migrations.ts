import { createLogger, envUrl, loadConfig, processConfig } from "@waybill/chassis";
import { type DatabaseOptions, openDatabase } from "@waybill/persistence";

/** A database of a service, and the variable that says where it is. */
export interface MigratedDatabase {
  readonly variable: string;
  readonly migrations: DatabaseOptions["migrations"];
}

/**
 * Brings a service's databases up to date, under the lock that replicas respect too, and returns:
 * for a job that runs before replicas which expect it. Throws a ConfigError, or what went wrong.
 */
export async function runMigrations(
  name: string,
  env: NodeJS.ProcessEnv,
  databases: readonly MigratedDatabase[],
): Promise<void> {
  const { LOG_LEVEL, LOG_FORMAT } = processConfig;
  const urls = Object.fromEntries(databases.map(({ variable }) => [variable, envUrl()]));
  const config = loadConfig({ LOG_LEVEL, LOG_FORMAT, ...urls }, env);
  const logger = createLogger(name, { level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  for (const { variable, migrations } of databases) {
    const url = String((config as Readonly<Record<string, unknown>>)[variable]);
    const applicationName = `waybill-${name}-migration`;
    await using _db = await openDatabase({
      url,
      poolSize: 1,
      applicationName,
      entities: [],
      migrations,
      logger,
    });
    logger.info({ variable, migrations: migrations.length }, "the database is up to date");
  }
}
