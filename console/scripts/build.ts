/** Builds the console into dist/: the API's types from the gateway's own document, then the page, compressed. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import openapiTypes, { astToString } from "openapi-typescript";
import { build } from "vite";
import { openApiDocument } from "./openapi.ts";

const root = join(import.meta.dirname, "..");

const generated = join(root, "src/gen");
await mkdir(generated, { recursive: true });
const types = astToString(await openapiTypes(await openApiDocument()));
await writeFile(join(generated, "api.ts"), types);

await build({
  root,
  configFile: false,
  logLevel: "warn",
  plugins: [react()],
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});

const assets = join(root, "dist/assets");
for (const name of await readdir(assets)) {
  const bytes = await readFile(join(assets, name));
  await writeFile(join(assets, `${name}.gz`), gzipSync(bytes));
  await writeFile(join(assets, `${name}.br`), brotliCompressSync(bytes));
}
process.exit(0); // The document's server leaves timers behind.
