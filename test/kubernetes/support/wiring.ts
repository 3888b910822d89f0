import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "@waybill/chassis";
import type { ServiceName } from "@waybill/stack";
import { root } from "../../support/repository.ts";
import { ofKind, type Resource } from "./manifests.ts";
import { podLabels, podOf, selects } from "./workloads.ts";

const sourceOf = (service: ServiceName, file: string): string =>
  readFileSync(join(root, "services", service, "src", file), "utf8");

/** Whom a service calls, by its main.ts; and the user service, whose public keys everybody asks for. */
export function calleesOf(service: ServiceName): Set<string> {
  const clients = sourceOf(service, "main.ts").matchAll(/service\.client\(\w+, "([a-z]+)"/g);
  return new Set([...clients].map(([, callee = ""]) => callee).concat("user"));
}

export const usesMessages = (service: ServiceName): boolean =>
  sourceOf(service, "main.ts").includes("service.connectMessaging(");

/** The Deployment of a service. */
export function deploymentOf(resources: readonly Resource[], service: string): Resource {
  const found = ofKind(resources, "Deployment").find(({ metadata }) => metadata.name === service);
  if (found === undefined) throw new Error(`There is no Deployment ${service}`);
  return found;
}

/** The files of the ConfigMaps and Secrets that a workload mounts, by name; Secrets as they are written, in base64. */
export function mountedBy(resources: readonly Resource[], workload: Resource) {
  const names = podOf(workload).spec.volumes.map(
    ({ configMap, secret }: Resource) => configMap?.name ?? secret?.secretName,
  );
  const mounted = ofKind(resources, "ConfigMap", "Secret").filter(({ metadata }) =>
    names.includes(metadata.name),
  );
  return Object.assign({}, ...mounted.map(({ data }) => data)) as Record<string, string>;
}

/** The environment of a service's container; what is in a Secret gets a text that will do. */
export function environmentOf(resources: readonly Resource[], service: string) {
  const [container] = podOf(deploymentOf(resources, service)).spec.containers;
  const maps = container.envFrom.map(({ configMapRef }: Resource) => configMapRef.name as string);
  const shared = maps.map((name: string) => {
    const map = ofKind(resources, "ConfigMap").find(({ metadata }) => metadata.name === name);
    if (map === undefined) throw new Error(`There is no ConfigMap ${name}`);
    return map.data as Record<string, string>;
  });
  const own = (container.env ?? []).map(({ name, value }: { name: string; value?: string }) => [
    name,
    value ?? secretsOf[name] ?? "",
  ]);
  return Object.assign({}, ...shared, Object.fromEntries(own)) as Record<string, string>;
}

const secretsOf: Readonly<Record<string, string>> = {
  DATABASE_URL: "postgres://user:password@host:5432/database",
  PROVIDER_DATABASE_URL: "postgres://user:password@host:5432/provider",
  SMTP_URL: "smtps://user:password@host",
  KEY_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
};

/** Reads the environment as the service's process does. Throws its ConfigError. */
export async function readAsService(service: ServiceName, env: Record<string, string>) {
  const config = await import(join(root, "services", service, "src/config.ts"));
  return config.readConfig === undefined
    ? loadConfig(config.configSchema, env)
    : config.readConfig(env);
}

/** The variables that a service reads. */
export function variablesOf(service: ServiceName): Set<string> {
  const common = readFileSync(join(root, "packages/chassis/src/config/baseConfig.ts"), "utf8");
  const names = `${common}${sourceOf(service, "config.ts")}`.matchAll(/^\s+([A-Z][A-Z_]+):/gm);
  return new Set([...names].map(([, name = ""]) => name));
}

/** Whether the NetworkPolicies let the pods of one workload reach a port of another's. */
export function isAllowed(
  resources: readonly Resource[],
  from: Resource,
  to: Resource,
  port: { readonly name: string; readonly number: number },
): boolean {
  const policies = ofKind(resources, "NetworkPolicy");
  const lets = (direction: "egress" | "ingress", one: Resource, other: Resource): boolean =>
    policies
      .filter(({ metadata }) => metadata.namespace === one.metadata.namespace)
      .filter(({ spec }) => selects(spec.podSelector, podLabels(one)))
      .flatMap(({ spec }) => spec[direction] ?? [])
      .some((rule) => {
        const peers = (direction === "egress" ? rule.to : rule.from) ?? [];
        const ports = (rule.ports ?? []).map(({ port: given }: { port: unknown }) => given);
        const isPort = ports.includes(port.number) || ports.includes(port.name);
        return isPort && peers.some((peer: Resource) => isPeer(peer, one, other));
      });
  return lets("egress", from, to) && lets("ingress", to, from);
}

/** Whether a policy of one workload's namespace means the other by this peer: of the same namespace, unless it names another. */
function isPeer(peer: Resource, one: Resource, other: Resource): boolean {
  const { namespace = "" } = other.metadata;
  const isThere =
    peer.namespaceSelector === undefined
      ? namespace === one.metadata.namespace
      : selects(peer.namespaceSelector, { "kubernetes.io/metadata.name": namespace });
  return isThere && peer.podSelector !== undefined && selects(peer.podSelector, podLabels(other));
}
