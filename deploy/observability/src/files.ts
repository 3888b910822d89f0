import { join } from "node:path";
import type { Dashboard } from "./dashboard.ts";
import { toGrafana } from "./grafana.ts";

const observability = join(import.meta.dirname, "../../k8s/observability/stack");

/** Where Grafana's dashboards are written to, and Prometheus's rules are. */
export const dashboardFolder = join(observability, "grafana/dashboards");
export const ruleFolder = join(observability, "prometheus/rules");

export const fileOf = ({ uid }: Dashboard): string => `${uid}.json`;

/** The file of a dashboard. */
export const textOf = (dashboard: Dashboard): string =>
  `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`;
