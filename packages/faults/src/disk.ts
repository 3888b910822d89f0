import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MIB = 1024 * 1024;

/** The disk that the stack's data is on: one of limited size in memory where this process may mount one, the machine's own otherwise. */
export class Disk implements Disposable {
  readonly folder: string;
  readonly unavailable: string | undefined;
  readonly #isKept: boolean;

  /** The folder must be empty or not be there. Without a size, nothing is mounted. `isKept`: its content outlives the disk. */
  constructor(folder: string, sizeMib: number | undefined, isKept = false) {
    this.folder = folder;
    this.#isKept = isKept;
    mkdirSync(folder, { recursive: true });
    if (sizeMib === undefined) {
      this.unavailable = "no small disk was asked for";
      return;
    }
    const size = `size=${sizeMib}m,mode=755`;
    const { status, stderr, error } = spawnSync("mount", [
      "-t",
      "tmpfs",
      "-o",
      size,
      "tmpfs",
      folder,
    ]);
    if (status !== 0) {
      const why = error?.message ?? stderr.toString().trim();
      this.unavailable = `a small disk cannot be mounted here (${why})`;
    }
  }

  /** Takes all the space that is left. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const block = Buffer.alloc(MIB);
    try {
      for (let left = bavail * bsize; left > 0; left -= MIB)
        writeFileSync(this.#ballast, block.subarray(0, Math.min(left, MIB)), { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error; // Somebody else took the last of it.
    }
  }

  /** Gives it back. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  get #ballast(): string {
    return join(this.folder, "ballast");
  }

  [Symbol.dispose](): void {
    this.free();
    if (this.unavailable !== undefined) return;
    const kept = `${this.folder}.kept`;
    if (this.#isKept) execFileSync("cp", ["-a", this.folder, kept]); // PostgreSQL's files stay its account's.
    spawnSync("umount", ["--lazy", this.folder]);
    if (!this.#isKept) return;
    rmSync(this.folder, { recursive: true });
    renameSync(kept, this.folder);
  }
}
