import { contractServices } from "@waybill/contracts/services";

/** The services of Waybill in the order of their ports; the gateway, the public door, speaks HTTP and keeps nothing. */
export const serviceNames = [...contractServices, "gateway"] as const;

export type ServiceName = (typeof serviceNames)[number];

/** The parts of the stack that are not services. */
export const serverNames = ["postgres", "nats"] as const;

export type PartName = ServiceName | (typeof serverNames)[number];

/** Services and servers start at these ports unless told otherwise; with another base the gateway follows the services. */
export const defaultPorts = {
  base: 50_051,
  gateway: 8_080,
  postgres: 15_432,
  nats: 14_222,
} as const;

/** The second replica of a service is this far above the first, the third twice as far. */
export const replicaPortStep = 100;

/** The metrics of each process are served on a port of their own, this far above the port that the services' numbers give it: 50071 to 50080. */
export const metricsPortStep = 20;

/** So that the replicas of one service stay clear of the next service's ports. */
export const maxReplicas = 9;

/** With it the last service's last replica serves its metrics on port 65,535. */
export const highestPortBase =
  65_535 - (serviceNames.length - 1) - metricsPortStep - (maxReplicas - 1) * replicaPortStep;

/** Every other service has a database of its own; the simulated payment provider keeps its ledger in one that payment's tables are not in. */
export const databaseNames = [...contractServices, "provider"] as const;

export type DatabaseName = (typeof databaseNames)[number];

/** The name of a database on the server. */
export const databaseOf = (name: DatabaseName): string => `waybill_${name}`;
