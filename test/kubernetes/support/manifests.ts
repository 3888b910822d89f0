import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { root } from "../../support/repository.ts";

/** A Kubernetes object as a manifest describes it. The rules look into it as deep as they need. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the schema test is what checks the shapes.
  readonly [field: string]: any;
}

export const overlays = ["local", "production"] as const;

export type Overlay = (typeof overlays)[number] | "tilt";

/** Both are kustomize; kubectl is what most people have. */
const renderers = [
  { command: "kubectl", args: ["kustomize"] },
  { command: "kustomize", args: ["build"] },
] as const;

const canRun = ({ command, args }: (typeof renderers)[number]): boolean => {
  try {
    execFileSync(command, [...args, "--help"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const renderer = renderers.find(canRun);

const rendered = new Map<Overlay, readonly Resource[]>();

/** The objects of an overlay. */
export function render(overlay: Overlay): readonly Resource[] {
  if (renderer === undefined) throw new Error("There is neither kubectl nor kustomize");
  const known = rendered.get(overlay);
  if (known !== undefined) return known;
  const resources = renderFolder(renderer, overlayFolder(overlay));
  rendered.set(overlay, resources);
  return resources;
}

/** The objects of an overlay of one's own, which adds a component to another one. `component`: its folder in deploy/k8s. */
export function renderWith(overlay: Overlay, component: string): readonly Resource[] {
  if (renderer === undefined) throw new Error("There is neither kubectl nor kustomize");
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "waybill-overlay-"));
  const resources = [relative(folder, overlayFolder(overlay))];
  const components = [relative(folder, join(root, "deploy/k8s", component))];
  writeFileSync(join(folder, "kustomization.yaml"), stringify({ resources, components }));
  try {
    return renderFolder(renderer, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const overlayFolder = (overlay: Overlay): string => join(root, "deploy/k8s/overlays", overlay);

function renderFolder({ command, args }: (typeof renderers)[number], folder: string): Resource[] {
  const yaml = execFileSync(command, [...args, folder], { encoding: "utf8" });
  return parseAllDocuments(yaml).map((document) => document.toJS() as Resource);
}

/** Skips the tests of a suite, and says why, where nothing renders the manifests. */
export function needsRenderer(this: Mocha.Context): void {
  if (renderer !== undefined) return;
  console.log("      SKIPPED: neither kubectl nor kustomize is on the PATH to render deploy/k8s");
  this.skip();
}

/** "Deployment order". */
export const nameOf = ({ kind, metadata }: Resource): string => `${kind} ${metadata.name}`;

/** Those of one kind. */
export const ofKind = (resources: readonly Resource[], ...kinds: string[]): Resource[] =>
  resources.filter(({ kind }) => kinds.includes(kind));
