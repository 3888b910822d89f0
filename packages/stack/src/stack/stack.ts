import type { Administrator } from "./administrator.ts";
import type { DatabaseName, ServiceName } from "./catalogue.ts";
import type { Parts } from "./parts.ts";
import { type Plan, partName } from "./plan.ts";
import type { DatabaseServer, MessageServer } from "./servers.ts";
import type { StackProcess } from "./stackFile.ts";
import type { StackTraces } from "./traces.ts";

/** A part: a service, or a server of ours. */
type PartOf = ServiceName | "postgres" | "nats";

/** A local stack that runs. Replicas are counted from 0. */
export interface Stack extends AsyncDisposable {
  readonly dataDir: string;
  readonly natsUrl: string;
  /** How to log in as the administrator, when the options have asked for one; undefined when its password is not known. */
  readonly administrator: Administrator | undefined;
  /** The connection URL of a service's database, or of the payment provider's ("provider"). */
  databaseUrl(name: DatabaseName): string;
  /** host:port of one replica. */
  address(service: ServiceName, replica?: number): string;
  /** Where one replica's metrics are scraped, host:port. */
  metricsAddress(service: ServiceName, replica?: number): string;
  /** The addresses of all replicas of a service, separated by commas, as clients and STATUS_ADDRESS and the like take them. */
  addresses(service: ServiceName): string;
  /** What runs now; a process that is being restarted is missing. */
  processes(): readonly StackProcess[];
  /** The id of a process that runs; undefined while it is down. */
  pid(part: PartOf, replica?: number): number | undefined;
  /**
   * Sends a signal to one process. One that ends it counts as a crash: it is waited for, and the process is started again; untilReady
   * tells when it serves again. Not for servers that the stack did not start.
   */
  kill(part: PartOf, signal: NodeJS.Signals, replica?: number): Promise<void>;
  /** Stops one process cleanly and keeps it down until resume. */
  halt(part: PartOf, replica?: number): Promise<void>;
  /** Ends one process by SIGKILL and keeps it down until resume. */
  crash(part: PartOf, replica?: number): Promise<void>;
  /** Starts one process that was halted or crashed; resolves when it serves. */
  resume(part: PartOf, replica?: number): Promise<void>;
  /** Stops one process cleanly and starts it again; resolves when it serves. */
  restart(part: PartOf, replica?: number): Promise<void>;
  /** Resolves when this process serves, or without a name, when all do. Rejects for one that was halted or crashed. */
  untilReady(part?: PartOf, replica?: number): Promise<void>;
  /** Stops everything cleanly: the services, then NATS, then PostgreSQL. An ephemeral stack's data is removed. */
  stop(): Promise<void>;
  /** Ends everything at once, by SIGKILL. */
  destroy(): Promise<void>;
}

/** What a stack is made of. */
export interface StackParts {
  dataDir: string;
  plan: Plan;
  database: DatabaseServer;
  messages: MessageServer;
  traces: StackTraces;
  parts: Parts;
}

const nameOf = (part: PartOf, replica: number): string =>
  part === "postgres" || part === "nats" ? part : partName(part, replica);

/** The handle of a stack; cleanUp stops what is left and releases the data folder. */
export function stackHandle(
  made: StackParts,
  administrator: Administrator | undefined,
  cleanUp: AsyncDisposableStack,
): Stack {
  const { dataDir, plan, database, messages, parts } = made;
  const supervisor = (part: PartOf, replica = 0) => parts.get(nameOf(part, replica));
  const stop = () => cleanUp.disposeAsync();
  const address = (service: ServiceName, replica = 0) => {
    const found = plan.addresses[service][replica];
    if (found === undefined) throw new RangeError(`There is no replica ${replica} of ${service}`);
    return found;
  };
  const metricsAddress = (service: ServiceName, replica = 0) => {
    const part = partName(service, replica);
    const found = plan.replicas.find((planned) => planned.part === part);
    if (found === undefined) throw new RangeError(`The stack runs no ${part}`);
    return `127.0.0.1:${found.metricsPort}`;
  };
  const halt = (part: PartOf, replica?: number) => supervisor(part, replica).stop();
  const resume = (part: PartOf, replica?: number) => supervisor(part, replica).start();
  return {
    dataDir,
    natsUrl: messages.url,
    administrator,
    databaseUrl: database.databaseUrl,
    address,
    metricsAddress,
    addresses: (service) => plan.addresses[service].join(","),
    processes: () => parts.processes(),
    pid: (part, replica) => supervisor(part, replica).pid,
    kill: (part, signal, replica) => supervisor(part, replica).kill(signal),
    halt,
    crash: (part, replica) => supervisor(part, replica).destroy(),
    resume,
    restart: async (part, replica) => {
      await halt(part, replica);
      await resume(part, replica);
    },
    untilReady: async (part, replica) => {
      if (part !== undefined) return supervisor(part, replica).untilReady();
      await Promise.all(parts.names.map((name) => parts.get(name).untilReady()));
    },
    stop,
    destroy: async () => {
      await parts.destroy();
      await stop();
    },
    [Symbol.asyncDispose]: stop,
  };
}
