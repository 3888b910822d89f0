import { Migrator } from "@mikro-orm/migrations";
import {
  type AnyEntity,
  type EntityClass,
  type EntitySchema,
  MikroORM,
} from "@mikro-orm/postgresql";
import type { Logger } from "@waybill/chassis";
import { pooledDialect } from "./dialect/dialect.ts";
import { UnavailableError } from "./errors.ts";
import type { MigrationClass } from "./migration.ts";
import { type ConnectionSettings, connectionConfig } from "./settings.ts";
import { entityTypes } from "./typeParsers.ts";

export interface OrmOptions extends ConnectionSettings {
  /** At most so many connections at a time, not counting one for migrations and elections. */
  readonly poolSize: number;
  readonly entities: readonly (EntitySchema | EntityClass<AnyEntity>)[];
  readonly migrations: readonly MigrationClass[];
  readonly logger: Logger;
}

/** MikroORM on our own driver. Connects when first used, and never again after it was closed. */
export function createOrm(options: OrmOptions): Promise<MikroORM> {
  const { logger, poolSize } = options;
  const config = { ...connectionConfig(options), max: poolSize, types: entityTypes };
  const onError = ({ message }: Error) => logger.warn({ error: message }, "lost a connection");
  let isMade = false;
  return MikroORM.init({
    clientUrl: options.url,
    driverOptions: () => {
      if (isMade) throw new UnavailableError("The database has been closed");
      isMade = true;
      return pooledDialect(config, onError);
    },
    entities: [...options.entities],
    discovery: { warnWhenNoEntities: false },
    ensureDatabase: false,
    extensions: [Migrator],
    migrations: {
      migrationsList: [...options.migrations],
      disableForeignKeys: false,
      silent: true,
      snapshot: false,
      allOrNothing: false,
    },
    logger: (message) => logger.debug(message),
  });
}
