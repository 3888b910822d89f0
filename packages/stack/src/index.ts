export { type NatsOptions, type NatsServer, startNats } from "./nats/server.ts";
export { createDatabase } from "./postgres/createDatabase.ts";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres/server.ts";
export type { PostgresTuning } from "./postgres/settings.ts";
export { freePort, isPortFree } from "./process/ports.ts";
export { type TestServers, testFolder, testServers } from "./testing/testServers.ts";
