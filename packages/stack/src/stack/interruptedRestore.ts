import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DataFolderError } from "./stackLock.ts";

const replaced = /^cluster\.replaced-(\d+)$/;

/**
 * Throws DataFolderError when a folder has no databases although it had some, or was to get some: a restoration ended in its middle. A start
 * would make empty ones.
 */
export function expectNoInterruptedRestore(dataDir: string): void {
  const postgres = join(dataDir, "postgres");
  const cluster = join(postgres, "cluster");
  if (!existsSync(postgres) || existsSync(cluster)) return;
  const epochOf = (name: string) => Number(replaced.exec(name)?.[1]);
  const aside = readdirSync(postgres)
    .filter((name) => replaced.test(name))
    .toSorted((a, b) => epochOf(a) - epochOf(b))
    .at(-1);
  if (aside === undefined && !existsSync(join(postgres, "restoring"))) return;
  const back =
    aside === undefined
      ? ""
      : `, or move ${join(postgres, aside)} to ${cluster}: what was there before`;
  throw new DataFolderError(
    `A restoration of ${dataDir} was interrupted, and left no databases. Repeat it: npm run restore -- --from <folder> --data-dir ${dataDir}${back}.`,
  );
}
