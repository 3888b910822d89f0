import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/repository.ts";
import { nameOf, type Resource } from "./manifests.ts";

/** Kubernetes 1.36, as kubernetes-models 5.1.0 has it; and what the overlays use beyond it. */
const extensions: Readonly<Record<string, string>> = {
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "external-secrets.io": "@kubernetes-models/external-secrets",
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api",
  "keda.sh": "@kubernetes-models/keda",
};

/** Groups whose schemas are not published as a package: these objects are not checked. */
const unpublished = ["postgresql.cnpg.io", "barmancloud.cnpg.io"];

const groupOf = ({ apiVersion }: Resource): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

export const isCheckable = (resource: Resource): boolean =>
  !unpublished.includes(groupOf(resource));

const moduleOf = (resource: Resource): string =>
  `${extensions[groupOf(resource)] ?? "kubernetes-models"}/${resource.apiVersion}`;

interface Model {
  validate(): void;
}

/** What the published schema says of each object: required fields, types, formats, values. */
export async function schemaProblems(resources: readonly Resource[]): Promise<string[]> {
  const problems: string[] = [];
  for (const resource of resources) {
    const models = (await import(moduleOf(resource))) as Record<
      string,
      new (
        data: unknown,
      ) => Model
    >;
    const Kind = models[resource.kind];
    if (Kind === undefined)
      problems.push(`${nameOf(resource)}: ${resource.apiVersion} has no such kind`);
    else
      try {
        new Kind(unwrapped(resource)).validate();
      } catch (error) {
        problems.push(`${nameOf(resource)}: ${(error as Error).message}`);
      }
  }
  return problems;
}

/** Kustomize wraps long base64 texts; the API server takes them so, the schema's format does not. */
function unwrapped(resource: Resource): Resource {
  if (resource.kind !== "Secret") return resource;
  const data = Object.entries(resource.data as Readonly<Record<string, string>>);
  return {
    ...resource,
    data: Object.fromEntries(data.map(([key, text]) => [key, text.replaceAll("\n", "")])),
  };
}

/**
 * Fields that the schema does not know, which the API server would drop or refuse: each object is
 * held against the schema's TypeScript type, which is strict about what an object literal has.
 */
export function unknownFields(resources: readonly Resource[]): string[] {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "manifests-"));
  try {
    const lines = resources.map(
      (resource) =>
        `(${JSON.stringify(resource)}) satisfies import("${moduleOf(resource)}").I${resource.kind};`,
    );
    writeFileSync(join(folder, "manifests.ts"), `${lines.join("\n")}\nexport {};\n`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(typeChecking));
    return typeErrors(folder).map(({ line, text }) => {
      const resource = resources[line - 1];
      return `${resource === undefined ? line : nameOf(resource)}: ${text}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const typeChecking = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: "nodenext",
    target: "esnext",
    types: [],
  },
  files: ["manifests.ts"],
};

function typeErrors(folder: string): { line: number; text: string }[] {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  try {
    execFileSync(process.execPath, [tsc, "--project", folder, "--pretty", "false"], {
      encoding: "utf8",
    });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    const found = [...stdout.matchAll(/manifests\.ts\((\d+),\d+\): error TS\d+: (.*)/g)];
    if (found.length === 0) throw error;
    return found.map(([, line, text = ""]) => ({ line: Number(line), text }));
  }
}
