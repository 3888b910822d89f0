export { type Database, type DatabaseOptions, openDatabase } from "./database.ts";
export { asUnavailable, isTransient, UnavailableError } from "./errors.ts";
export { type MigrationClass, migration } from "./migration.ts";
export type { ConnectionSettings } from "./settings.ts";
export { type Sql, type Statement, sql } from "./statement.ts";
