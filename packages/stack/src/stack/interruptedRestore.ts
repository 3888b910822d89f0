import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DataFolderError } from "./stackLock.ts";

const replaced = /^cluster\.replaced-(\d+)$/;

/**
 * Removes the copy that a restoration which was interrupted has left beside the databases, as large as they are. The folder must be locked. Throws
 * DataFolderError when it has no databases although it had some, or was to get some: a start would make empty ones.
 */
export function clearInterruptedRestore(dataDir: string): void {
  const postgres = join(dataDir, "postgres");
  const cluster = join(postgres, "cluster");
  if (!existsSync(postgres)) return;
  const restoring = join(postgres, "restoring");
  if (existsSync(cluster)) {
    rmSync(restoring, { recursive: true, force: true });
    return;
  }
  const epochOf = (name: string) => Number(replaced.exec(name)?.[1]);
  const aside = readdirSync(postgres)
    .filter((name) => replaced.test(name))
    .toSorted((a, b) => epochOf(a) - epochOf(b))
    .at(-1);
  if (aside === undefined && !existsSync(restoring)) return;
  const back =
    aside === undefined
      ? ""
      : `, or move ${join(postgres, aside)} to ${cluster}: what was there before`;
  throw new DataFolderError(
    `A restoration of ${dataDir} was interrupted, and left no databases. Repeat it: npm run restore -- --from <folder> --data-dir ${dataDir}${back}.`,
  );
}
