import { join } from "node:path";
import { startPostgres } from "../postgres/server.ts";
import { type DatabaseName, databaseOf } from "./catalogue.ts";
import { clearInterruptedRestore } from "./interruptedRestore.ts";
import { rememberRun, whenStopped } from "./lastRun.ts";
import { lockDataFolder } from "./stackLock.ts";

/** The databases of a stopped stack, whose PostgreSQL runs for the while. Disposal stops it. */
export interface StoppedDatabases extends AsyncDisposable {
  readonly databaseUrl: (name: DatabaseName) => string;
  /** When the stack stopped, in ms since 1970. */
  readonly stoppedAt: number;
}

/**
 * Starts the PostgreSQL of a stopped stack, with the folder locked, so that no stack starts on it meanwhile. Throws StackRunningError or
 * DataFolderError.
 */
export async function openStoppedDatabases(dataDir: string): Promise<StoppedDatabases> {
  await using undo = new AsyncDisposableStack();
  undo.defer(lockDataFolder(dataDir));
  clearInterruptedRestore(dataDir);
  const stoppedAt = whenStopped(dataDir);
  rememberRun(dataDir, { endedAt: stoppedAt }); // Beforehand: PostgreSQL writes at its start and stop, however this process ends.
  const postgres = undo.use(await startPostgres({ dataDir: join(dataDir, "postgres") }));
  const cleanUp = undo.move();
  return {
    databaseUrl: (name) => postgres.url(databaseOf(name)),
    stoppedAt,
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  };
}
