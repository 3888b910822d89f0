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
export const lockedPackages = readJson<{ packages: Readonly<Record<string, LockedPackage>> }>(
  "package-lock.json",
).packages;
