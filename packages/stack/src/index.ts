export { readReplicas } from "./cli/arguments.ts";
export { KILLED_EXIT_CODE, onStopSignals } from "./cli/stopSignals.ts";
export { natsBinary } from "./nats/binary.ts";
export { type NatsOptions, type NatsServer, startNats } from "./nats/server.ts";
export { Link } from "./network/link.ts";
export { Network, type Way } from "./network/network.ts";
export { fair, type Weather } from "./network/weather.ts";
export { createDatabase } from "./postgres/createDatabase.ts";
export { placePostgres } from "./postgres/placement.ts";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres/server.ts";
export type { PostgresTuning } from "./postgres/settings.ts";
export { Daemon, type DaemonSpec } from "./process/daemon.ts";
export { temporaryFolder } from "./process/folders.ts";
export { isRunning } from "./process/identity.ts";
export { freePort, isPortFree } from "./process/ports.ts";
export {
  type DatabaseName,
  databaseNames,
  databaseOf,
  defaultPorts,
  metricsPortStep,
  type PartName,
  type ServiceName,
  serviceNames,
} from "./stack/catalogue.ts";
export { dataDirFlag } from "./stack/dataDirFlag.ts";
export type { StackEvent } from "./stack/events.ts";
export { isReady, isServing } from "./stack/health.ts";
export { operatorToken, stackIssuer } from "./stack/identity.ts";
export { foreignServerOf, rememberRun } from "./stack/lastRun.ts";
export type { StackOptions } from "./stack/options.ts";
export { partName } from "./stack/plan.ts";
export { defaultDataDir } from "./stack/repository.ts";
export type { Stack } from "./stack/stack.ts";
export { findStack, type StackProcess, type StackRecord } from "./stack/stackFile.ts";
export { DataFolderError, lockDataFolder, StackRunningError } from "./stack/stackLock.ts";
export { startStack } from "./stack/startStack.ts";
export { openStoppedDatabases, type StoppedDatabases } from "./stack/stoppedDatabases.ts";
export { type TestServers, testFolder, testServers } from "./testing/testServers.ts";
