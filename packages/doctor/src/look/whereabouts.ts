import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  databaseOf,
  findStack,
  foreignServerOf,
  openStoppedDatabases,
  StackRunningError,
} from "@waybill/stack";
import { CannotLookError, type ExaminedDatabase, examined } from "./databases.ts";

/** The URL of one PostgreSQL server that has all databases, or that of each database. */
export type DatabaseUrls = string | Readonly<Record<ExaminedDatabase, string>>;

/** Which databases to look into. */
export interface Place {
  /** The data folder of a local stack. */
  readonly dataDir: string;
  /** Where the databases are, instead of in the data folder. */
  readonly databaseUrl?: DatabaseUrls | undefined;
  readonly natsUrl?: string | undefined;
}

/** Databases that can be looked into; disposing stops what was started for that. */
export interface Whereabouts extends AsyncDisposable {
  /** For people: "the running stack of .waybill". */
  readonly description: string;
  /** Orders may move while they are looked at. */
  readonly isRunning: boolean;
  readonly databaseUrl: (name: ExaminedDatabase) => string;
  readonly natsUrl: string | undefined;
  /** The time to judge by, in ms since 1970: when the databases were last written to, if nobody writes to them now. */
  readonly now: () => number;
}

/**
 * Finds the databases: those of the server that is named, of the stack that runs on the data folder, or of the stack that ran there last, whose
 * PostgreSQL is then started. Throws CannotLookError.
 */
export async function findDatabases(place: Place): Promise<Whereabouts> {
  const dataDir = resolve(place.dataDir);
  const { databaseUrl, natsUrl } = place;
  if (databaseUrl !== undefined) return namedServers(databaseUrl, natsUrl);
  const record = findStack(dataDir);
  if (record !== undefined) {
    return {
      description: `the stack that runs on ${dataDir}`,
      isRunning: true,
      databaseUrl: (name) => record.databases[name],
      natsUrl: natsUrl ?? record.natsUrl,
      now: Date.now,
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const server = foreignServerOf(dataDir);
  if (server !== undefined) {
    throw new CannotLookError(
      `The stack that ran on ${dataDir} last had its databases on the PostgreSQL at ${server}. Name that with --database-url.`,
    );
  }
  if (!existsSync(join(dataDir, "postgres"))) {
    throw new CannotLookError(
      `There is no stack in ${dataDir}, running or stopped. Start one with npm start, or name another place with --data-dir or --database-url.`,
    );
  }
  return stoppedStack(dataDir);
}

function databaseOn(serverUrl: string, name: ExaminedDatabase): string {
  const url = new URL(serverUrl);
  url.pathname = `/${databaseOf(name)}`;
  return url.href;
}

function namedServers(urls: DatabaseUrls, natsUrl: string | undefined): Whereabouts {
  const databaseUrl = (name: ExaminedDatabase) =>
    typeof urls === "string" ? databaseOn(urls, name) : urls[name];
  const hosts = new Set(examined.map((name) => new URL(databaseUrl(name)).host));
  return {
    description: `the PostgreSQL at ${[...hosts].join(", ")}`,
    isRunning: true,
    databaseUrl,
    natsUrl,
    now: Date.now,
    [Symbol.asyncDispose]: async () => {},
  };
}

async function stoppedStack(dataDir: string): Promise<Whereabouts> {
  const databases = await openStoppedDatabases(dataDir).catch((error: unknown) => {
    if (!(error instanceof StackRunningError)) throw error;
    const text = `A stack on ${dataDir} is just starting or stopping, or is being looked at. Try again in a moment.`;
    throw new CannotLookError(text, { cause: error });
  });
  return {
    description: `the stopped stack of ${dataDir}`,
    isRunning: false,
    databaseUrl: databases.databaseUrl,
    natsUrl: undefined,
    now: () => databases.stoppedAt,
    [Symbol.asyncDispose]: () => databases[Symbol.asyncDispose](),
  };
}
