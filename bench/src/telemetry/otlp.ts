import type { Attribute } from "@waybill/otlp";

/** What came over OTLP as JSON, as far as it is looked at: opentelemetry-proto's ExportMetricsServiceRequest. */
export interface ExportedMetrics {
  readonly resourceMetrics?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
    readonly scopeMetrics?: readonly { readonly metrics?: readonly Metric[] }[];
  }[];
}

interface Metric {
  readonly name: string;
  readonly gauge?: { readonly dataPoints?: readonly Point[] };
  readonly sum?: { readonly dataPoints?: readonly Point[] };
  readonly histogram?: { readonly dataPoints?: readonly Point[] };
}

/** Counts are 64 bits wide, and thus text in JSON. */
interface Point {
  readonly attributes?: readonly Attribute[];
  readonly timeUnixNano: string;
  readonly asInt?: string | number;
  readonly asDouble?: number;
  readonly count?: string | number;
  readonly sum?: number;
}

/** How often something was counted, and the sum of what was. */
export interface Counted {
  readonly metric: string;
  /** The value of its first attribute, which tells the most. */
  readonly of: string;
  readonly count: number;
  readonly sum: number;
}

/** A process that exports metrics, as of its latest export. */
export interface Exporter {
  readonly id: string;
  /** The id of the process on its machine. */
  readonly pid: number;
  /** When it looked, in ms since 1970. */
  readonly at: number;
  readonly counted: readonly Counted[];
}

const nanosecondsPerMs = 1_000_000;

function textOf(attributes: readonly Attribute[] | undefined, key: string): string {
  const { stringValue, intValue = "" } = attributes?.find((one) => one.key === key)?.value ?? {};
  return stringValue ?? String(intValue);
}

/** The processes that an export is about. */
export const exportersIn = ({ resourceMetrics = [] }: ExportedMetrics): Exporter[] =>
  resourceMetrics.map(({ resource, scopeMetrics = [] }) => {
    const points = scopeMetrics
      .flatMap(({ metrics = [] }) => metrics)
      .flatMap((metric) => pointsOf(metric).map((point) => ({ metric: metric.name, point })));
    const id = ["service.name", "service.instance.id", "process.pid"]
      .map((key) => textOf(resource?.attributes, key))
      .join();
    const times = points.map(({ point }) => Number(point.timeUnixNano) / nanosecondsPerMs);
    return {
      id,
      pid: Number(textOf(resource?.attributes, "process.pid")),
      at: Math.max(0, ...times),
      counted: points.map(({ metric, point }) => ({ metric, ...countedIn(point) })),
    };
  });

const pointsOf = ({ gauge, sum, histogram }: Metric): readonly Point[] =>
  (gauge ?? sum ?? histogram)?.dataPoints ?? [];

function countedIn(point: Point): Omit<Counted, "metric"> {
  const [attribute] = point.attributes ?? [];
  const value = Number(point.asInt ?? point.asDouble ?? 0);
  return {
    of: attribute?.value?.stringValue ?? "",
    count: Number(point.count ?? value),
    sum: point.sum ?? value,
  };
}

/** What was counted by all processes together. */
export function totalOf(exporters: readonly Exporter[]): readonly Counted[] {
  const totals = new Map<string, Counted>();
  for (const one of exporters.flatMap(({ counted }) => counted)) {
    const key = `${one.metric} ${one.of}`;
    const { count = 0, sum = 0 } = totals.get(key) ?? {};
    totals.set(key, { ...one, count: count + one.count, sum: sum + one.sum });
  }
  return [...totals.values()];
}

/** What was counted between two readings. */
export function countedBetween(
  before: readonly Counted[],
  after: readonly Counted[],
): readonly Counted[] {
  return after
    .map((now) => {
      const then = before.find(({ metric, of }) => metric === now.metric && of === now.of);
      return {
        ...now,
        count: now.count - (then?.count ?? 0),
        sum: now.sum - (then?.sum ?? 0),
      };
    })
    .filter(({ count }) => count > 0);
}
