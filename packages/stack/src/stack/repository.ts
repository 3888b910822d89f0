import { accessSync, constants, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of the whole repository. */
export const repositoryRoot = resolve(import.meta.dirname, "../../../..");

/** Where the stack keeps its data unless told otherwise. */
export const defaultDataDir = join(repositoryRoot, ".waybill");

/** Where Node keeps compiled code between starts: one for all stacks, or else, when npm's folder is read-only, the data folder's own. */
export function compileCache(dataDir: string): string {
  const shared = join(repositoryRoot, "node_modules", ".cache", "compiled");
  try {
    mkdirSync(shared, { recursive: true });
    accessSync(shared, constants.W_OK);
    return shared;
  } catch {
    return join(dataDir, "cache");
  }
}
