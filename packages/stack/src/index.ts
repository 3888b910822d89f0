export { type NatsOptions, type NatsServer, startNats } from "./nats/server.ts";
export {
  createDatabase,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from "./postgres/server.ts";
export { freePort } from "./process/ports.ts";
export { type TestServers, testFolder, testServers } from "./testing/testServers.ts";
