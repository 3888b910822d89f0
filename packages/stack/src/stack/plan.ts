import { freePort } from "../process/ports.ts";
import {
  defaultPorts,
  maxReplicas,
  metricsPortStep,
  replicaPortStep,
  type ServiceName,
  serviceNames,
} from "./catalogue.ts";
import type { StackOptions } from "./options.ts";

/** One process of a service. */
export interface PlannedReplica {
  service: ServiceName;
  /** 0 first. */
  replica: number;
  /** "order", the second one "order.2". */
  part: string;
  port: number;
  /** Where its metrics are scraped. */
  metricsPort: number;
}

/** Who listens where. */
export interface Plan {
  postgresPort: number;
  natsPort: number;
  replicas: readonly PlannedReplica[];
  /** Where each service is to be found, also those that the stack does not run. */
  addresses: Readonly<Record<ServiceName, readonly string[]>>;
}

/** Gives each process its port. Throws on numbers that make no sense. */
export async function planStack(options: StackOptions): Promise<Plan> {
  const { portBase, ports = {} } = options;
  const choose = async (fixed: number) => (portBase === "free" ? freePort() : fixed);
  const running = new Set(options.services ?? serviceNames);
  const replicas: PlannedReplica[] = [];
  const addresses: Partial<Record<ServiceName, readonly string[]>> = {};
  for (const [index, service] of serviceNames.entries()) {
    const usual = usualPort(options, service, index);
    const planned: PlannedReplica[] = [];
    for (let replica = 0; replica < replicaCount(options, service); replica++) {
      const given = replica === 0 ? ports[service] : undefined;
      const port = given ?? (await choose(usual + replica * replicaPortStep));
      const metricsPort = await choose(usualMetricsPort(options, index, replica));
      planned.push({ service, replica, part: partName(service, replica), port, metricsPort });
    }
    if (running.has(service)) replicas.push(...planned);
    addresses[service] = planned.map(({ port }) => `127.0.0.1:${port}`);
  }
  return {
    postgresPort: ports.postgres ?? (await choose(defaultPorts.postgres)),
    natsPort: ports.nats ?? (await choose(defaultPorts.nats)),
    replicas,
    addresses: addresses as Record<ServiceName, readonly string[]>,
  };
}

/** Where the first replica of a service listens, unless any free port will do. */
function usualPort({ portBase, ports }: StackOptions, service: ServiceName, index: number): number {
  const given = ports?.[service];
  if (given !== undefined) return given;
  if (typeof portBase === "number") return portBase + index;
  return service === "gateway" ? defaultPorts.gateway : defaultPorts.base + index;
}

/** By the service's place alone: the ports of single parts that somebody names may be anywhere. */
function usualMetricsPort({ portBase }: StackOptions, index: number, replica: number): number {
  const base = typeof portBase === "number" ? portBase : defaultPorts.base;
  return base + metricsPortStep + index + replica * replicaPortStep;
}

/** "order" for the first replica, "order.2" for the second. */
export const partName = (service: ServiceName, replica: number): string =>
  replica === 0 ? service : `${service}.${replica + 1}`;

function replicaCount({ replicas = 1 }: StackOptions, service: ServiceName): number {
  const count = typeof replicas === "number" ? replicas : (replicas[service] ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > maxReplicas)
    throw new RangeError(
      `Replicas of ${service}: ${count} is not a number from 1 to ${maxReplicas}`,
    );
  return count;
}
