import type { TokenSource } from "@waybill/rpc";
import {
  defaultPorts,
  findStack,
  operatorToken,
  type ServiceName,
  serviceNames,
} from "@waybill/stack";

/** There is nothing to play on; the message says what to do. */
export class NoStackError extends Error {
  override readonly name = "NoStackError";
}

/** Where the demo plays. */
export interface Place {
  /** Where each service is found, host:port. */
  readonly addresses: Readonly<Record<ServiceName, readonly string[]>>;
  /** Who the demo is: a service. */
  readonly token: TokenSource;
  /** Where the doctor looks. */
  readonly books: { readonly dataDir: string } | { readonly databaseUrl: string };
}

/** The stack that runs on this data folder. Throws NoStackError. */
export function stackPlace(dataDir: string): Place {
  const record = findStack(dataDir);
  if (record === undefined) {
    throw new NoStackError(
      `No stack runs on ${dataDir}. Start one with npm start, in another terminal; if it runs on another folder, name it with --data-dir.`,
    );
  }
  const { addresses } = record;
  return { addresses, token: operatorToken(dataDir, "demo"), books: { dataDir } };
}

/**
 * A cluster whose services and PostgreSQL are forwarded to this machine, as Tilt does it. Throws NoStackError when the environment
 * does not say who the demo is there, and where the doctor looks.
 */
export function clusterPlace(env: NodeJS.ProcessEnv): Place {
  const { WAYBILL_TOKEN: token, DATABASE_URL: databaseUrl } = env;
  if (!token || !databaseUrl) {
    throw new NoStackError(
      "--cluster needs WAYBILL_TOKEN, from kubectl create token workflow --audience waybill, and DATABASE_URL, the forwarded PostgreSQL server.",
    );
  }
  const addressOf = (name: ServiceName) =>
    `127.0.0.1:${defaultPorts.base + serviceNames.indexOf(name)}`;
  const addresses = Object.fromEntries(
    serviceNames.map((name): [string, readonly string[]] => [name, [addressOf(name)]]),
  ) as Place["addresses"];
  return { addresses, token: () => token, books: { databaseUrl } };
}
