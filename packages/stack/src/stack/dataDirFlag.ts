import { relative } from "node:path";
import { defaultDataDir } from "./repository.ts";

/** A folder as it is named on a command line: relative to where that is typed, unless it lies elsewhere. */
export function shown(folder: string): string {
  const path = relative(process.cwd(), folder) || ".";
  return path.startsWith("..") ? folder : path;
}

/** What a command has to be told to find the stack on this folder; empty for the usual one. */
export const dataDirFlag = (dataDir: string): string =>
  dataDir === defaultDataDir ? "" : ` --data-dir ${shown(dataDir)}`;
