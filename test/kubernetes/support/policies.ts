import { nameOf, ofKind, type Resource } from "./manifests.ts";
import { containersOf, isDoneOnce, podLabels, podOf, selects, workloads } from "./workloads.ts";

/** What must hold for all manifests. Answers where it does not; empty: it holds. */
export interface Policy {
  readonly rule: string;
  readonly violations: (resources: readonly Resource[]) => string[];
}

const probes = ["startupProbe", "readinessProbe", "livenessProbe"];

/** A version that a release never changes: with a number, or by digest. */
const pinned = /(:v?\d+\.\d+[\w.-]*|@sha256:[0-9a-f]{64})$/;

/** Images that the build names: Tilt locally, the release in production. */
const isOwn = (image: string): boolean => image.startsWith("waybill/");

const longestDrainSeconds = 9.5;

/** Of every container: what `test` finds wrong with it; an empty text is nothing. */
const eachContainer =
  (test: (placed: ReturnType<typeof containersOf>[number]) => string | undefined) =>
  (resources: readonly Resource[]): string[] =>
    containersOf(resources).flatMap((placed) => {
      const problem = test(placed);
      return problem === undefined || problem === "" ? [] : [`${placed.where}: ${problem}`];
    });

const eachPod =
  (test: (spec: Resource, workload: Resource) => string | undefined) =>
  (resources: readonly Resource[]): string[] =>
    workloads(resources).flatMap((workload) => {
      const problem = test(podOf(workload).spec, workload);
      return problem === undefined || problem === "" ? [] : [`${nameOf(workload)}: ${problem}`];
    });

const missing = (names: readonly string[], object: Readonly<Record<string, unknown>> = {}) =>
  names.filter((name) => object[name] === undefined).join(", ");

export const containerPolicies: readonly Policy[] = [
  {
    rule: "every container that serves has startup, readiness and liveness probes",
    violations: eachContainer(({ container, workload }) =>
      isDoneOnce(workload) ? undefined : missing(probes, container),
    ),
  },
  {
    rule: "every container requests, and is limited in, CPU and memory",
    violations: eachContainer(({ container: { resources = {} } }) =>
      [
        missing(["cpu", "memory"], resources.requests),
        missing(["cpu", "memory"], resources.limits),
      ].join(""),
    ),
  },
  {
    rule: "every container is restricted: no escalation, no capabilities, a read-only root",
    violations: eachContainer(({ container: { securityContext = {} } }) => {
      const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext;
      const isRestricted =
        allowPrivilegeEscalation === false &&
        readOnlyRootFilesystem === true &&
        capabilities?.drop?.includes("ALL") === true &&
        capabilities.add === undefined;
      return isRestricted ? undefined : JSON.stringify(securityContext);
    }),
  },
  {
    rule: "every image is pinned to a version",
    violations: eachContainer(({ container: { image } }) =>
      pinned.test(image) || isOwn(image) ? undefined : image,
    ),
  },
];

export const podPolicies: readonly Policy[] = [
  {
    rule: "every pod runs as an ordinary user under the runtime's seccomp profile",
    violations: eachPod(({ securityContext = {} }) => {
      const { runAsNonRoot, runAsUser, seccompProfile } = securityContext;
      const isOrdinary = runAsNonRoot === true && runAsUser > 0;
      return isOrdinary && seccompProfile?.type === "RuntimeDefault"
        ? undefined
        : JSON.stringify(securityContext);
    }),
  },
  {
    rule: "no pod gets a token of the API server that it did not ask for",
    violations: eachPod(({ automountServiceAccountToken }) =>
      automountServiceAccountToken === false ? undefined : "automountServiceAccountToken",
    ),
  },
  {
    rule: "services have time to drain before they are killed",
    violations: eachPod(({ terminationGracePeriodSeconds = 30, containers }, workload) => {
      if (workload.metadata.labels?.["app.kubernetes.io/component"] !== "service") return undefined;
      const pauseSeconds = containers[0].lifecycle?.preStop?.sleep?.seconds ?? 0;
      if (pauseSeconds === 0) return "no pause before SIGTERM";
      return terminationGracePeriodSeconds > pauseSeconds + longestDrainSeconds
        ? undefined
        : `${terminationGracePeriodSeconds} s`;
    }),
  },
  {
    rule: "services are spread over machines and zones",
    violations: eachPod(({ topologySpreadConstraints = [] }, workload) => {
      if (workload.metadata.labels?.["app.kubernetes.io/component"] !== "service") return undefined;
      const keys = topologySpreadConstraints.map(
        ({ topologyKey }: { topologyKey: string }) => topologyKey,
      );
      return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        .filter((key) => !keys.includes(key))
        .join();
    }),
  },
];

/** Lets in who scrapes, and nobody else. */
const isForMetrics = ({ spec }: Resource): boolean =>
  spec.ingress?.length > 0 &&
  spec.ingress.every(({ ports }: { ports: readonly { port: unknown }[] }) =>
    ports.every(({ port }) => port === "metrics"),
  );

const isDeny = ({ spec }: Resource): boolean =>
  Object.keys(spec.podSelector).length === 0 &&
  spec.ingress === undefined &&
  spec.egress === undefined &&
  spec.policyTypes.length === 2;

export const objectPolicies: readonly Policy[] = [
  {
    rule: "everything is denied that no policy allows",
    violations: (resources) =>
      ofKind(resources, "NetworkPolicy").some(isDeny) ? [] : ["no default-deny NetworkPolicy"],
  },
  {
    rule: "every Service selects pods, and a NetworkPolicy says who may reach them",
    violations: (resources) => {
      const policies = ofKind(resources, "NetworkPolicy").filter(
        (policy) => !isDeny(policy) && !isForMetrics(policy),
      );
      return ofKind(resources, "Service").flatMap((service) => {
        const pods = workloads(resources)
          .map(podLabels)
          .filter((labels) => selects({ matchLabels: service.spec.selector }, labels));
        const isGuarded = pods.every((labels) =>
          policies.some(
            ({ spec }) => spec.policyTypes.includes("Ingress") && selects(spec.podSelector, labels),
          ),
        );
        return pods.length > 0 && isGuarded ? [] : [nameOf(service)];
      });
    },
  },
  {
    rule: "every service has a PodDisruptionBudget, and runs under an account of its own name",
    violations: (resources) => {
      const budgets = ofKind(resources, "PodDisruptionBudget");
      const accounts = new Set(
        ofKind(resources, "ServiceAccount").map(({ metadata }) => metadata.name),
      );
      return ofKind(resources, "Deployment")
        .filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "service")
        .filter((deployment) => {
          const { name } = deployment.metadata;
          const isOwnAccount = podOf(deployment).spec.serviceAccountName === name;
          return !(
            isOwnAccount &&
            accounts.has(name) &&
            budgets.some(({ spec }) => selects(spec.selector, podLabels(deployment)))
          );
        })
        .map(nameOf);
    },
  },
];

const localOnly = "waybill.dev/secrets";

/** The keys of a secret in plain sight: passwords in URLs, and what is called a password. */
const secretText = /:\/\/[^/\s:@]*:[^/\s@]+@|(password|secret|token|_KEY)\s*[=:]\s*\S/i;

export const secretPolicies: readonly Policy[] = [
  {
    rule: "no Secret is written down, but those marked as local",
    violations: (resources) =>
      ofKind(resources, "Secret")
        .filter(({ metadata }) => metadata.annotations?.[localOnly] !== "local-only")
        .map(nameOf),
  },
  {
    rule: "no ConfigMap and no variable holds a secret",
    violations: (resources) => [
      ...ofKind(resources, "ConfigMap").flatMap((map) =>
        Object.entries((map.data ?? {}) as Record<string, string>)
          .filter(([, text]) => secretText.test(text))
          .map(([key]) => `${nameOf(map)}: ${key}`),
      ),
      ...containersOf(resources).flatMap(({ where, container }) =>
        (container.env ?? [])
          .filter(({ name, value = "" }: { name: string; value?: string }) =>
            secretText.test(`${name}=${value}`),
          )
          .map(({ name }: { name: string }) => `${where}: ${name}`),
      ),
    ],
  },
];
