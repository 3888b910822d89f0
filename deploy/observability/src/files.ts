import { join } from "node:path";
import type { Dashboard } from "./dashboard.ts";
import { toGrafana } from "./grafana.ts";

const manifests = join(import.meta.dirname, "../../k8s");
const observability = join(manifests, "observability/stack");

/** Where Grafana's dashboards are written to, and Prometheus's rules are. */
export const dashboardFolder = join(observability, "grafana/dashboards");
export const ruleFolder = join(observability, "prometheus/rules");

/** Who is told of which alert: the routes, and receivers for them. */
export const routesFile = join(observability, "alertmanager/config.yaml");
export const localReceiversFile = join(manifests, "overlays/local/alerts/receivers.yaml");
export const exampleReceiversFile = join(manifests, "observability/alert-receivers.example.yaml");

export const fileOf = ({ uid }: Dashboard): string => `${uid}.json`;

/** The file of a dashboard. */
export const textOf = (dashboard: Dashboard): string =>
  `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`;
