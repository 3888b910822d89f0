import { join } from "node:path";
import type { DaemonSpec } from "../process/daemon.ts";
import { type DatabaseName, type ServiceName, serviceNames } from "./catalogue.ts";
import { isReady, isServing } from "./health.ts";
import type { StackIdentity } from "./identity.ts";
import type { StackOptions } from "./options.ts";
import type { Plan, PlannedReplica } from "./plan.ts";
import { compileCache, repositoryRoot } from "./repository.ts";
import type { StackTraces } from "./traces.ts";

const READY_WITHIN_MS = 60_000; // Migrations of a large database, on a busy machine.
const POLL_MS = 50;
const CANCELLATION_WINDOW = "5s"; // Long enough to try a cancel by hand.
const TELEMETRY = join(repositoryRoot, "packages/chassis/src/telemetry/preload.ts");

/** Where a service finds the rest. */
export interface Wiring {
  plan: Plan;
  databaseUrl: (name: DatabaseName) => string;
  natsUrl: string;
  identity: StackIdentity;
  traces: StackTraces;
}

/** How to run one replica of a service: under the Node that runs this process. */
export function serviceSpec(
  { service, part, port, metricsPort }: PlannedReplica,
  wiring: Wiring,
  dataDir: string,
  options: StackOptions,
): DaemonSpec {
  const mainOf = options.mainOf ?? defaultMain;
  return {
    name: part,
    command: process.execPath,
    args: ["--import", TELEMETRY, mainOf(service)],
    options: {
      cwd: repositoryRoot,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCache(dataDir),
        CANCELLATION_WINDOW: process.env.CANCELLATION_WINDOW ?? CANCELLATION_WINDOW,
        METRICS_PORT: String(metricsPort),
        ...calleeAddresses(wiring.plan),
        ...wiring.identity.variablesOf(service),
        ...wiring.traces.variables,
        ...options.env,
        ...options.envOf?.(part),
        HOST: "127.0.0.1",
        PORT: String(port),
        ...(service === "gateway" ? {} : storesOf(service, wiring)),
      },
    },
    logFile: join(dataDir, "logs", `${part}.log`),
    stopSignal: "TERM",
    isReady: () => (service === "gateway" ? isReady : isServing)(`127.0.0.1:${port}`),
    pollMs: POLL_MS,
    readyWithinMs: READY_WITHIN_MS,
  };
}

const storesOf = (service: DatabaseName, { databaseUrl, natsUrl }: Wiring) => ({
  DATABASE_URL: databaseUrl(service),
  PROVIDER_DATABASE_URL: databaseUrl("provider"),
  NATS_URL: natsUrl,
});

const defaultMain = (service: ServiceName): string =>
  join(repositoryRoot, "services", service, "src/main.ts");

/** STATUS_ADDRESS and the like; for a service that somebody else runs, the environment's own comes first. */
function calleeAddresses(plan: Plan): NodeJS.ProcessEnv {
  const running = new Set(plan.replicas.map(({ service }) => service));
  const variables: NodeJS.ProcessEnv = {};
  for (const service of serviceNames) {
    const name = `${service.toUpperCase()}_ADDRESS`;
    const planned = plan.addresses[service].join(",");
    variables[name] = running.has(service) ? planned : (process.env[name] ?? planned);
  }
  return variables;
}
