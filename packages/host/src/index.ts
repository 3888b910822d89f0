export { type MigratedDatabase, runMigrations } from "./migrations.ts";
export {
  type Definition,
  type Service,
  type ServiceConfig,
  type ServiceOptions,
  startService,
} from "./service.ts";
