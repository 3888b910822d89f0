/** Generates packages/contracts/src/gen from proto/: TypeScript, one index per package, and the descriptors for reflection. */
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, delimiter, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");
const generated = join(root, "packages/contracts/src/gen");
const localBinaries = join(root, "node_modules/.bin");

function buf(...args: string[]): void {
  execFileSync(join(localBinaries, process.platform === "win32" ? "buf.cmd" : "buf"), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${localBinaries}${delimiter}${process.env.PATH}` },
  });
}

function writeIndex(folder: string): void {
  const modules = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const lines = modules.map((name) => `export * from "./${basename(name)}";\n`);
  writeFileSync(join(folder, "index.ts"), lines.join(""));
}

mkdirSync(generated, { recursive: true });
buf("generate");
buf("build", "--as-file-descriptor-set", "-o", join(generated, "descriptors.binpb"));
for (const folder of globSync(join(generated, "waybill/*/v*"))) writeIndex(folder);
