/**
 * Compiles at install time what the services are made of, so that the first start of the stack is as quick as later ones: Node writes its
 * cache when a process ends, so ten services that start together for the first time compile the same modules ten times. Only speed is at
 * stake: a module that cannot be imported now is compiled when it is needed.
 */
import { globSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import { compileCache, defaultDataDir, repositoryRoot } from "../src/stack/repository.ts";

enableCompileCache(compileCache(defaultDataDir));
// A service's main.ts would start it, and migrate.ts look for its database; what they import is imported here.
const modules = globSync("services/*/src/**/*.ts", { cwd: repositoryRoot }).filter(
  (path) => !/\/(main|migrate)\.ts$/.test(path),
);
const shared = [
  "packages/host/src/index.ts",
  "packages/chassis/src/telemetry/preload.ts",
  "packages/chassis/src/telemetry/metrics.ts",
];
const imported = await Promise.allSettled(
  [...modules, ...shared].map((path) => import(join(repositoryRoot, path))),
);
flushCompileCache();
const failed = imported.filter(({ status }) => status === "rejected").length;
if (failed > 0) console.log(`${failed} modules are compiled when they are first needed`);
process.exit(0);
