/** One import or re-export of another module. */
export interface Import {
  /** As written: "../domain/order.ts", "@waybill/rpc", "node:fs". */
  readonly specifier: string;
  /** Erased before it runs: `import type`. */
  readonly isTypeOnly: boolean;
  /** The names between the braces, without their aliases. */
  readonly names: readonly string[];
}

const staticImport = /^(?:import|export)\s(type\s)?([^;"'=]*?)\bfrom\s+"([^"]+)"/gm;
const bareImport = /^import\s+"([^"]+)"/gm;
const dynamicImport = /\bimport\(\s*"([^"]+)"/g;

/** Reads what a formatted file imports, statically or not. */
export function readImports(text: string): Import[] {
  const named = [...text.matchAll(staticImport)].map(([, type, clause = "", specifier = ""]) => ({
    specifier,
    isTypeOnly: type !== undefined,
    names: namesIn(clause),
  }));
  const others = [...text.matchAll(bareImport), ...text.matchAll(dynamicImport)];
  const unnamed = others.map(([, specifier = ""]) => ({ specifier, isTypeOnly: false, names: [] }));
  return [...named, ...unnamed];
}

function namesIn(clause: string): string[] {
  const list = /\{([^}]*)\}/.exec(clause)?.[1] ?? "";
  const names = list.split(",").map((name) => name.trim().replace(/^type\s+|\s+as\s+.*$/g, ""));
  return names.filter((name) => name !== "");
}

/** The package that a specifier names; undefined for files and for Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return undefined;
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
