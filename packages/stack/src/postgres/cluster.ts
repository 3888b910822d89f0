import { execFile, spawn } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Account } from "../process/folders.ts";
import type { PostgresBinaries } from "./binaries.ts";
import { postgresEnvironment } from "./environment.ts";

/** The superuser of our clusters. They trust the loopback address, which is all that they listen on. */
export const OWNER = "waybill";

const run = promisify(execFile);

/**
 * Makes the folder "cluster" in the folder given. It is made under another name first: what an interrupted attempt leaves is not taken
 * for a cluster. Nothing is flushed to disk; syncInBackground does that once the server runs.
 */
export async function makeCluster(
  binaries: PostgresBinaries,
  account: Account | undefined,
  folder: string,
): Promise<void> {
  const partial = join(folder, "cluster.partial");
  rmSync(partial, { recursive: true, force: true });
  const options = { ...account, cwd: "/", env: postgresEnvironment() };
  const access = ["--username", OWNER, "--auth", "trust"];
  const locale = ["--encoding", "UTF8", "--locale", "C"];
  const provider = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"];
  const haste = ["--no-instructions", "--no-sync"];
  await run(binaries.initdb, ["-D", partial, ...access, ...locale, ...provider, ...haste], options);
  renameSync(partial, join(folder, "cluster"));
}

/** Flushes a new cluster to disk, for power cuts; the server flushes what it writes from now on. Nobody needs to wait for it. */
export function syncInBackground(
  binaries: PostgresBinaries,
  account: Account | undefined,
  cluster: string,
): void {
  const options = { ...account, cwd: "/", env: postgresEnvironment(), stdio: "ignore" } as const;
  const sync = spawn(binaries.initdb, ["--sync-only", "-D", cluster], options);
  sync.on("error", () => {});
  sync.unref();
}
