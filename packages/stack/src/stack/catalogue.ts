/** The services of Waybill in the order of their ports. */
export const serviceNames = [
  "order",
  "status",
  "item",
  "payment",
  "user",
  "workflow",
  "shipping",
  "delivery",
  "notification",
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** The parts of the stack that are not services. */
export const serverNames = ["postgres", "nats"] as const;

export type PartName = ServiceName | (typeof serverNames)[number];

/** Services and servers start at these ports unless told otherwise. */
export const defaultPorts = { base: 50_051, postgres: 15_432, nats: 14_222 } as const;

/** The second replica of a service is this far above the first, the third twice as far. */
export const replicaPortStep = 100;

/** Every service has a database of its own; the simulated payment provider keeps its ledger in one that payment's tables are not in. */
export const databaseNames = [...serviceNames, "provider"] as const;

export type DatabaseName = (typeof databaseNames)[number];

/** The name of a database on the server. */
export const databaseOf = (name: DatabaseName): string => `waybill_${name}`;
