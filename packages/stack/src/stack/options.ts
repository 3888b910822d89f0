import type { Network } from "../network/network.ts";
import type { PostgresTuning } from "../postgres/settings.ts";
import type { DatabaseName, PartName, ServiceName } from "./catalogue.ts";
import type { StackEvent } from "./events.ts";

/** How to run a local stack. */
export interface StackOptions {
  /** Where everything is kept. Default: .waybill in the repository. */
  dataDir?: string;
  /** Keeps the data in a temporary folder instead, which is removed with the stack. Default: false. */
  ephemeral?: boolean;
  /** Which services to run. Default: all. The others are expected at their ports, as started by hand. */
  services?: readonly ServiceName[];
  /** How many processes of each service. Default: 1. */
  replicas?: number | Partial<Record<ServiceName, number>>;
  /** The first service's port; the others follow. "free": any free ports, for all parts. Default: 50051. */
  portBase?: number | "free";
  /** Ports of single parts, before portBase. */
  ports?: Partial<Record<PartName, number>>;
  /** Serves NATS's monitoring over HTTP on this port. Default: a free one. */
  natsMonitorPort?: number;
  /** A PostgreSQL that runs already, to use instead of one of our own. */
  databaseUrl?: string;
  /** A NATS that runs already, to use instead of one of our own. */
  natsUrl?: string;
  /** Which databases to make. Default: all. */
  databases?: readonly DatabaseName[];
  /** Added to the environment of every service. */
  env?: Readonly<Record<string, string>>;
  /** Added to the environment of one process: "order", "order.2". Default: nothing. */
  envOf?: (part: string) => Readonly<Record<string, string>>;
  /** By which the services reach each other and the servers. It outlives the stack. Default: directly. */
  network?: Network;
  /** Settings of our own PostgreSQL. */
  postgres?: PostgresTuning;
  /** Puts sample items and users into an empty catalogue. Default: false. */
  samples?: boolean;
  /** Opens the account of an administrator. Default: false. */
  administrator?: boolean;
  /** Keeps the latest spans of all services, unless the environment sends them elsewhere. Default: false. */
  traces?: boolean;
  /** The file that a service's process runs. Default: services/<name>/src/main.ts. */
  mainOf?: (service: ServiceName) => string;
  /** Told what happens, as it happens. */
  report?: (event: StackEvent) => void;
  /** Gives up starting, and stops what was started; once started it does nothing. */
  signal?: AbortSignal;
}
