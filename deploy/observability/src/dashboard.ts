/** A line of a panel: what it is called (Grafana's {{label}} in it), and its PromQL. */
export type Query = readonly [legend: string, expression: string];

export type Unit = "s" | "bytes" | "percentunit" | "short" | "ops" | "reqps";

export interface Panel {
  readonly title: string;
  /** What it tells, and what to do when it looks bad. */
  readonly description?: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Numbers instead of lines over time. */
  readonly kind?: "stat";
  /** From here on it is red. */
  readonly badFrom?: number;
  /** Which traces tell why it is as it is, as TraceQL: a link leads to them. */
  readonly traces?: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Of its file, and of its address in Grafana. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly Row[];
  /** Offers a choice of services, which queries name as $service. */
  readonly hasServices?: boolean;
}

/** Labels that a selector asks for, as PromQL: `a="b",c=~"d"`. */
export type Labels = string;

/** The rate of a counter per second, summed by labels. */
export const rate = (metric: string, by: string, labels: Labels = ""): string =>
  `sum by (${by}) (rate(${metric}{${labels}}[$__rate_interval]))`;

/** A quantile of a histogram, by labels. */
export const quantile = (share: number, metric: string, by = "", labels: Labels = ""): string =>
  `histogram_quantile(${share}, sum by (${["le", by].filter(Boolean).join(", ")}) (rate(${metric}_bucket{${labels}}[$__rate_interval])))`;

/** The mean of a histogram, by labels. */
export const mean = (metric: string, by: string, labels: Labels = ""): string =>
  `${rate(`${metric}_sum`, by, labels)} / ${rate(`${metric}_count`, by, labels)}`;

/** What every replica tells alike. */
export const common = (metric: string, by: string, labels: Labels = ""): string =>
  `max by (${by}) (${metric}{${labels}})`;

/** What tells of a fault of a callee's rather than of an ordinary refusal. */
export const faults: Labels =
  'rpc_status_code=~"UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|RESOURCE_EXHAUSTED"';
