import {
  type DatabaseIntrospector,
  type Dialect,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type { PoolConfig } from "pg";
import { PooledDriver } from "./driver.ts";

/** What MikroORM's `driverOptions` take: PostgreSQL over our own driver. */
export const pooledDialect = (config: PoolConfig, onError: (error: Error) => void): Dialect => ({
  createDriver: () => new PooledDriver(config, onError),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new PostgresIntrospector(db),
});
