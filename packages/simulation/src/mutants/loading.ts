import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Edit, mutants } from "./mutants.ts";

const root = new URL("../../../../", import.meta.url);

/** What is put in the place of modules that are for processes of one service which live long. */
const standIns: Readonly<Record<string, string>> = {
  "lru-cache": new URL("../engine/plainCache.ts", import.meta.url).href,
  "./batchMetrics.ts": new URL("../engine/noBatchMetrics.ts", import.meta.url).href,
};

/**
 * Has modules loaded from now on read as the mutant has them, and nothing else: production code has no switches. Throws when the mutant does not
 * fit the code any more.
 */
export function loadAs(mutant: string | undefined): void {
  const edits = new Map<string, Edit[]>();
  for (const edit of mutant === undefined ? [] : (mutants[mutant]?.edits ?? [])) {
    const { href } = new URL(edit.file, root);
    edits.set(href, [...(edits.get(href) ?? []), edit]);
  }
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = standIns[specifier];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
    load: (url, context, next) => {
      const loaded = next(url, context);
      // What node_modules links to has the same real path.
      const here = edits.get(pathToFileURL(pathOf(url)).href);
      if (here === undefined || loaded.source == null) return loaded;
      const source = here.reduce(applied, loaded.source.toString());
      return { ...loaded, source };
    },
  });
}

const pathOf = (url: string): string => (url.startsWith("file:") ? fileURLToPath(url) : "/");

/** The source with the edit. */
export function applied(source: string, { file, find, put }: Edit): string {
  const places = source.split(find).length - 1;
  if (places === 1) return source.replace(find, () => put);
  throw new Error(
    `The mutant does not fit: ${file} has ${places} places that read "${find}", and should have one. ` +
      "Bring packages/simulation/src/mutants/mutants.ts in line with the rule.",
  );
}
