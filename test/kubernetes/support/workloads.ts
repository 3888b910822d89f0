import { nameOf, ofKind, type Resource } from "./manifests.ts";

/** What runs pods, for ever or until they are done. */
export const workloads = (resources: readonly Resource[]): Resource[] =>
  ofKind(resources, "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob");

export const podOf = (workload: Resource) =>
  workload.kind === "CronJob" ? workload.spec.jobTemplate.spec.template : workload.spec.template;

export const isDoneOnce = ({ kind }: Resource): boolean => kind === "Job" || kind === "CronJob";

/** A container, and where it is. */
export interface PlacedContainer {
  readonly where: string;
  readonly workload: Resource;
  // biome-ignore lint/suspicious/noExplicitAny: the schema test is what checks the shapes.
  readonly container: any;
}

export const containersOf = (resources: readonly Resource[]): PlacedContainer[] =>
  workloads(resources).flatMap((workload) => {
    const { initContainers = [], containers } = podOf(workload).spec;
    return [...initContainers, ...containers].map((container) => ({
      where: `${nameOf(workload)}, container ${container.name}`,
      workload,
      container,
    }));
  });

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Whether a selector, of labels alone or with expressions, takes these labels. */
export function selects(selector: Selector, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const matches = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    matches &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "In") return value !== undefined && values.includes(value);
      if (operator === "NotIn") return value === undefined || !values.includes(value);
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      throw new Error(`${operator} is no operator of a selector`);
    })
  );
}

/** The labels of the pods that a workload runs. */
export const podLabels = (workload: Resource): Labels => podOf(workload).metadata.labels;
