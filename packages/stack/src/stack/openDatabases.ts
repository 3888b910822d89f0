import { existsSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../postgres/server.ts";
import { type DatabaseName, databaseOf } from "./catalogue.ts";
import { defaultDataDir } from "./repository.ts";
import { databaseUrlOn } from "./servers.ts";
import { findStack } from "./stackFile.ts";
import { lockDataFolder } from "./stackLock.ts";

/** The databases of a stack, to look into. */
export interface StackDatabases extends AsyncDisposable {
  /** Whether the stack runs now; what is found may then be under way. */
  readonly isRunning: boolean;
  databaseUrl(name: DatabaseName): string;
}

/**
 * Gives access to the databases of the stack on this data folder. Of a stopped stack PostgreSQL alone is started, until disposal; a stack
 * cannot start meanwhile. A database URL names the server of a stack that does not use one of its own. Throws when there is no such data.
 */
export async function openDatabases(
  options: { dataDir?: string; databaseUrl?: string } = {},
): Promise<StackDatabases> {
  const { dataDir = defaultDataDir, databaseUrl } = options;
  const stack = findStack(dataDir);
  if (stack !== undefined) return opened(true, (name) => stack.databases[name]);
  if (databaseUrl !== undefined)
    return opened(false, (name) => databaseUrlOn(databaseUrl, databaseOf(name)));
  if (!existsSync(join(dataDir, "postgres")))
    throw new Error(`No stack has kept data in ${dataDir}`);
  await using undo = new AsyncDisposableStack();
  undo.defer(lockDataFolder(dataDir));
  const postgres = undo.use(await startPostgres({ dataDir: join(dataDir, "postgres") }));
  const close = undo.move();
  return opened(
    false,
    (name) => postgres.url(databaseOf(name)),
    () => close.disposeAsync(),
  );
}

function opened(
  isRunning: boolean,
  databaseUrl: (name: DatabaseName) => string,
  close: () => Promise<void> = async () => {},
): StackDatabases {
  return { isRunning, databaseUrl, [Symbol.asyncDispose]: close };
}
