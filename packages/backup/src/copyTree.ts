import { chownSync, copyFileSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Whom the copies are to belong to; undefined: to us. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface CopyOptions {
  readonly owner?: Owner | undefined;
  /** Paths, relative to the folder, that are left out. */
  readonly isLeftOut?: (path: string) => boolean;
}

/**
 * Copies a folder with the permissions of what is in it. Files that vanish meanwhile are left out: of a running PostgreSQL, which recovers the
 * rest from its log.
 */
export function copyTree(from: string, to: string, options: CopyOptions = {}, path = ""): void {
  const { owner, isLeftOut = () => false } = options;
  const target = join(to, path);
  mkdirSync(target, { recursive: true, mode: lstatSync(join(from, path)).mode });
  if (owner !== undefined) chownSync(target, owner.uid, owner.gid);
  for (const entry of readdirSync(join(from, path), { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (isLeftOut(child)) continue;
    if (entry.isDirectory()) unlessVanished(() => copyTree(from, to, options, child));
    else if (entry.isFile())
      unlessVanished(() => copyFile(join(from, child), join(to, child), owner));
  }
}

function copyFile(from: string, to: string, owner: Owner | undefined): void {
  copyFileSync(from, to);
  if (owner !== undefined) chownSync(to, owner.uid, owner.gid);
}

function unlessVanished(copy: () => void): void {
  try {
    copy();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
