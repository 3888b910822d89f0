import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
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
  const folder = join(root, "deploy/k8s/overlays", overlay);
  const yaml = execFileSync(renderer.command, [...renderer.args, folder], { encoding: "utf8" });
  const resources = parseAllDocuments(yaml).map((document) => document.toJS() as Resource);
  rendered.set(overlay, resources);
  return resources;
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
