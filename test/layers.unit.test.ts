import { expect } from "chai";
import type { Import } from "./support/imports.ts";
import { fileOf, type Source, services } from "./support/repository.ts";

/**
 * What each layer of a service may import besides itself. `db` lies beneath `app`; handlers and publishers that only read, or turn a
 * row into a message, use it directly. `provider` is payment's way out, as `db` is everybody's.
 */
const beneath: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  db: ["domain"],
  provider: ["domain", "db"],
  app: ["domain", "db", "provider"],
  rpc: ["domain", "db", "app"],
  events: ["domain", "db", "app"],
  http: ["domain", "app"],
  routes: ["domain", "app", "http"],
  config: ["domain", "app", "provider"],
  migrate: ["db", "provider"],
  main: ["domain", "db", "provider", "app", "rpc", "events", "http", "routes", "config"],
};

/** "app" of services/order/src/app/ports.ts, "main" of services/order/src/main.ts. */
const layerOf = (path: string): string | undefined =>
  /^services\/[^/]+\/src\/([^/.]+)/.exec(path)?.[1];

const running = services.flatMap(({ sources }) =>
  sources.filter(({ path }) => layerOf(path) !== undefined),
);
/** Where a process begins: they alone open connections and read the environment. */
const beginnings = ["main", "migrate"];
const inside = running.filter(({ path }) => !beginnings.includes(layerOf(path) ?? ""));
const pure = running.filter(({ path }) => layerOf(path) === "domain");

/** Pure rules and encodings from outside that domain code may build on. */
function isPure({ specifier, names }: Import): boolean {
  if (specifier.startsWith("@waybill/contracts/")) return true;
  if (specifier === "@waybill/tcc") return true; // The fence, whose rules are pure.
  return (
    specifier === "node:crypto" &&
    names.every((name) => /^(createHash|createHmac|hash)$/.test(name))
  );
}

const io =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.\w+\b(?<!\.ts)|\bconsole\.|\bperformance\.|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\brandom(UUID|Bytes)\b/;

const lines = ({ path, text }: Source, pattern: RegExp): string[] =>
  text
    .split("\n")
    .map((line, index) => ({ line, where: `${path}:${index + 1}` }))
    .filter(({ line }) => pattern.test(line.replace(/^\s*(\/\/|\/?\*).*|\s\/\/ .*$/, "")))
    .map(({ line, where }) => `${where} ${line.trim()}`);

describe("layers of a service", () => {
  it("every file belongs to a known layer", () => {
    const strays = running.filter(({ path }) => !((layerOf(path) ?? "") in beneath));
    expect(strays.map(({ path }) => path)).to.deep.equal([]);
  });

  it("domain ← app ← {rpc, events, http ← routes} ← main: nobody imports a sibling or what lies above", () => {
    const wrong = running.flatMap((source) =>
      source.imports
        .map(({ specifier }) => fileOf(source, specifier))
        .filter((file) => file !== undefined)
        .filter((file) => !mayImport(source.path, file))
        .map((file) => `${source.path} imports ${file}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("only main and migrate open connections: host is imported nowhere else", () => {
    const wrong = inside.filter(({ imports }) =>
      imports.some(({ specifier }) => specifier === "@waybill/host"),
    );
    expect(wrong.map(({ path }) => path)).to.deep.equal([]);
  });

  it("only main and migrate read the environment", () => {
    const wrong = inside.flatMap((source) => lines(source, /\bprocess\.env\b/));
    expect(wrong).to.deep.equal([]);
  });
});

describe("domain folders", () => {
  it("import nothing but their own folder, contracts, and pure rules", () => {
    const wrong = pure.flatMap((source) =>
      source.imports
        .filter((imported) => !imported.specifier.startsWith(".") && !isPure(imported))
        .map(({ specifier }) => `${source.path} imports ${specifier}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("do no I/O, read no clock and draw no lots", () => {
    expect(pure.flatMap((source) => lines(source, io))).to.deep.equal([]);
  });
});

function mayImport(from: string, to: string): boolean {
  const layer = layerOf(from) ?? "";
  const target = layerOf(to) ?? "";
  return layer === target || (beneath[layer]?.includes(target) ?? false);
}
