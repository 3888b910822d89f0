import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Say } from "@waybill/bench";

const folder = resolve(import.meta.dirname, "..");

/** Installs the peers' packages unless they are there as the lock file has them. They are big, so npm ci at the root leaves them out. */
export function installPeers(say: Say): void {
  const installed = join(folder, "node_modules/.package-lock.json");
  const wanted = join(folder, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  say("Installing the peers' packages, once (240 MB): npm ci --prefix bench/peers");
  // No script of theirs is needed, and none reports that it was installed.
  const args = ["ci", "--prefix", folder, "--ignore-scripts"];
  const { status, error } = spawnSync("npm", args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error("npm ci --prefix bench/peers has failed", { cause: error });
}
