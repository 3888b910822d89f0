import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type Import, readImports } from "./imports.ts";

export const root = resolve(import.meta.dirname, "../..");

/** The part of a package.json that the rules are about. */
export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A source file that is committed, generated code left out. */
export interface Source {
  /** From the root: "services/order/src/main.ts". */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** A package, a service or the benchmark. */
export interface Workspace {
  /** From the root: "services/order". */
  readonly path: string;
  readonly manifest: Manifest;
  readonly sources: readonly Source[];
}

export const readJson = <T>(path: string): T =>
  JSON.parse(readFileSync(join(root, path), "utf8")) as T;

export const rootManifest = readJson<Manifest & { workspaces: readonly string[] }>("package.json");

const posix = (path: string): string => path.replaceAll("\\", "/");

/** All workspaces that package.json names, sorted. */
export const workspaces: readonly Workspace[] = rootManifest.workspaces
  .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }))
  .map((manifest) => posix(dirname(manifest)))
  .sort()
  .map(readWorkspace);

/** Not installed with the others, but by a lock file of their own; they find the workspaces in the root's node_modules. */
export const standalone: readonly Workspace[] = ["bench/peers"].map(readWorkspace);

export const packages: readonly Workspace[] = [...workspaces, ...standalone];

/** The rules' own files. */
export const ruleSources: readonly Source[] = readSources("test");

export const services = workspaces.filter(({ path }) => path.startsWith("services/"));

function readWorkspace(path: string): Workspace {
  const manifest = readJson<Manifest>(`${path}/package.json`);
  return { path, manifest, sources: readSources(path) };
}

/** Without the packages inside it. */
function readSources(folder: string): Source[] {
  const inside = globSync("*/package.json", { cwd: join(root, folder) }).map(dirname);
  const exclude = ["**/gen", "**/node_modules", ...inside];
  return globSync("**/*.{ts,tsx}", { cwd: join(root, folder), exclude })
    .map((file) => `${folder}/${posix(file)}`)
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return { path, text, imports: readImports(text) };
    });
}

/** The file that a relative specifier names, from the root; undefined for packages. */
export function fileOf(source: Source, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix(relative(root, resolve(root, dirname(source.path), specifier)));
}

export const exists = (path: string): boolean => existsSync(join(root, path));
