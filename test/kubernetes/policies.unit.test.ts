import { expect } from "chai";
import { needsRenderer, overlays, type Resource, render } from "./support/manifests.ts";
import {
  containerPolicies,
  objectPolicies,
  type Policy,
  podPolicies,
  secretPolicies,
} from "./support/policies.ts";

const policies = [...containerPolicies, ...podPolicies, ...objectPolicies, ...secretPolicies];

for (const overlay of overlays)
  describe(`manifests of ${overlay}`, () => {
    before(needsRenderer);

    for (const { rule, violations } of policies)
      it(rule, () => {
        expect(violations(render(overlay))).to.deep.equal([]);
      });
  });

describe("production's manifests", () => {
  before(needsRenderer);

  it("hold no Secret at all", () => {
    expect(render("production").filter(({ kind }) => kind === "Secret")).to.deep.equal([]);
  });
});

/** A change to the manifests of production that a policy must not let pass. */
const breaches: Readonly<Record<string, (resources: Resource[]) => unknown>> = {
  "every container that serves has startup, readiness and liveness probes": (all) =>
    delete containerOf(all, "order").livenessProbe,
  "every container requests, and is limited in, CPU and memory": (all) =>
    delete containerOf(all, "order").resources.limits.memory,
  "every container is restricted: no escalation, no capabilities, a read-only root": (all) => {
    containerOf(all, "order").securityContext.capabilities.add = ["NET_ADMIN"];
  },
  "every image is pinned to a version": (all) => {
    containerOf(all, "order").image = "registry.example.org/waybill/order:latest";
  },
  "every pod runs as an ordinary user under the runtime's seccomp profile": (all) => {
    find(all, "Deployment", "order").spec.template.spec.securityContext.runAsUser = 0;
  },
  "no pod gets a token of the API server that it did not ask for": (all) =>
    delete find(all, "Job", "order-migration").spec.template.spec.automountServiceAccountToken,
  "services have time to drain before they are killed": (all) => {
    find(all, "Deployment", "order").spec.template.spec.terminationGracePeriodSeconds = 12;
  },
  "services are spread over machines and zones": (all) =>
    find(all, "Deployment", "order").spec.template.spec.topologySpreadConstraints.pop(),
  "everything is denied that no policy allows": (all) =>
    remove(all, "NetworkPolicy", "default-deny"),
  "every Service selects pods, and a NetworkPolicy says who may reach them": (all) =>
    remove(all, "NetworkPolicy", "order"),
  "every service has a PodDisruptionBudget, and runs under an account of its own name": (all) =>
    remove(all, "ServiceAccount", "order"),
  "no Secret is written down, but those marked as local": (all) =>
    all.push({ apiVersion: "v1", kind: "Secret", metadata: { name: "forgotten" } }),
  "no ConfigMap and no variable holds a secret": (all) => {
    const data = find(all, "Deployment", "order").spec.template.spec.containers[0];
    data.env.push({ name: "DATABASE_URL", value: "postgres://order:hunter2@db/order" });
  },
};

describe("each policy", () => {
  before(needsRenderer);

  for (const { rule, violations } of policies as readonly Policy[])
    it(`notices when it does not hold: ${rule}`, () => {
      const resources = structuredClone(render("production")) as Resource[];
      const breach = breaches[rule];
      if (breach === undefined) throw new Error("There is no example of a breach");
      breach(resources);
      expect(violations(resources)).to.have.length(1);
    });
});

function find(resources: readonly Resource[], kind: string, name: string): Resource {
  const found = resources.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}`);
  return found;
}

const containerOf = (resources: readonly Resource[], name: string) =>
  find(resources, "Deployment", name).spec.template.spec.containers[0];

const remove = (resources: Resource[], kind: string, name: string) =>
  resources.splice(resources.indexOf(find(resources, kind, name)), 1);
