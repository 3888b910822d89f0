/** Builds the console into dist/: the API's types from the gateway's document, then the page, each file also compressed. */
import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import openapiTypes, { astToString } from "openapi-typescript";
import { build } from "vite";
import { settings } from "./settings.ts";

const root = resolve(import.meta.dirname, "..");
const generated = join(root, "src/gen");
const document = join(generated, "openapi.json");
const gateway = resolve(root, "../services/gateway");

await mkdir(generated, { recursive: true });
const writer = join(gateway, "scripts/writeOpenApi.ts");
execFileSync(process.execPath, [writer, document], { stdio: "inherit" });
const types = await openapiTypes(pathToFileURL(document));
await writeFile(join(generated, "api.ts"), astToString(types));
await rm(document);

await build(settings);

const assets = join(root, "dist/assets");
for (const name of await readdir(assets)) {
  const bytes = await readFile(join(assets, name));
  await writeFile(join(assets, `${name}.gz`), gzipSync(bytes));
  await writeFile(join(assets, `${name}.br`), brotliCompressSync(bytes));
}
