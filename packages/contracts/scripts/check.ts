/** Checks the contracts in proto/: lint and comments, format, idempotency levels, and that nothing breaks those who use them already. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { repeatable } from "../src/repeating.ts";

const root = resolve(import.meta.dirname, "../../..");
const localBinaries = join(root, "node_modules/.bin");
const bufBinary = join(localBinaries, process.platform === "win32" ? "buf.cmd" : "buf");
const maxOutputBytes = 64 * 1024 * 1024;

/** RPCs that have no idempotency level because repeating them does something else, whatever or with some requests. */
const notIdempotent: ReadonlySet<string> = new Set([
  "waybill.user.v1.UserService/Authenticate",
  "waybill.user.v1.UserService/RefreshTokens", // Repeated late, it revokes the family.
  ...repeatable.keys(),
]);

/** Runs a check that reports for itself. */
function passes(name: string, ...args: string[]): boolean {
  const { status, error } = spawnSync(bufBinary, args, { cwd: root, stdio: "inherit" });
  return tell(name, error === undefined && status === 0);
}

function tell(name: string, isFine: boolean): boolean {
  console.log(`${isFine ? "ok    " : "FAILED"} ${name}`);
  return isFine;
}

interface DescriptorSet {
  file: {
    package: string;
    service?: {
      name: string;
      method?: { name: string; options?: { idempotencyLevel?: string } }[];
    }[];
  }[];
}

/** Every RPC says whether it may be repeated, which callers and proxies rely on: by a level, or by having none. */
function levelsAreSet(): boolean {
  const args = ["build", "--as-file-descriptor-set", "-o", "-#format=json"];
  const json = execFileSync(bufBinary, args, { cwd: root, maxBuffer: maxOutputBytes });
  const { file: files } = JSON.parse(json.toString()) as DescriptorSet;
  const rpcs = files.flatMap((file) =>
    (file.service ?? []).flatMap((service) =>
      (service.method ?? []).map(({ name, options }) => ({
        rpc: `${file.package}.${service.name}/${name}`,
        level: options?.idempotencyLevel,
      })),
    ),
  );
  const wrong = rpcs.filter(({ rpc, level }) => (level === undefined) !== notIdempotent.has(rpc));
  for (const { rpc, level = "none" } of wrong) console.log(`${rpc} has idempotency_level ${level}`);
  return tell(`idempotency level of ${rpcs.length} RPCs`, wrong.length === 0);
}

/** What git answers; undefined when it fails, or is not there. */
function git(...args: string[]): Buffer | undefined {
  const options = { cwd: root, maxBuffer: maxOutputBytes };
  const { status, stdout } = spawnSync("git", args, options);
  return status === 0 && stdout.length > 0 ? stdout : undefined;
}

/** What others may be using already: the main branch of origin, or else the latest tag. */
function publishedVersion(): string | undefined {
  if (git("rev-parse", "--verify", "--quiet", "origin/main") !== undefined) return "origin/main";
  return git("describe", "--tags", "--abbrev=0")?.toString().trim();
}

function isCompatible(): boolean {
  const published = publishedVersion();
  const archive = published && git("archive", "--format=tar", published, "buf.yaml", "proto");
  if (!archive) {
    console.log(`skipped breaking changes: no contracts in ${published ?? "origin/main or a tag"}`);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), "waybill-contracts-"));
  try {
    const file = join(folder, "published.tar");
    writeFileSync(file, archive);
    return passes(`breaking changes since ${published}`, "breaking", "--against", file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const results = [
  passes("lint and comments", "lint"),
  passes("format (npm run format repairs it)", "format", "--diff", "--exit-code"),
  levelsAreSet(),
  isCompatible(),
];
if (results.includes(false)) process.exitCode = 1;
