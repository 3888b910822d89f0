import { type Manifest, readJson } from "./repository.ts";

/** An entry of package-lock.json: a package, or a workspace. */
export interface LockedPackage extends Omit<Manifest, "name"> {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  /** Stands for a workspace, whose own entry has the rest. */
  readonly link?: boolean;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** By where npm puts them: "node_modules/zod", "services/order". */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

export const readLockFile = (path: string): LockedPackages =>
  readJson<{ packages: LockedPackages }>(path).packages;

/** Those of the root and of all workspaces. */
export const lockedPackages = readLockFile("package-lock.json");
