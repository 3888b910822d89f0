import { type Exemplar, exemplarOf } from "./exemplars.ts";

/** What a scraper that takes it asks for, and gets. */
export const openMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Whether a scraper takes OpenMetrics, the only text format with exemplars. */
export const takesOpenMetrics = (accept: string): boolean =>
  accept.includes("application/openmetrics-text");

/**
 * A page in Prometheus's text format as OpenMetrics has it: counters are named without `_total` where they are described, buckets have their exemplars, and
 * the end is marked.
 */
export function toOpenMetrics(
  page: string,
  exemplar: (sample: string) => Exemplar | undefined = exemplarOf,
): string {
  const counters = new Set(
    [...page.matchAll(/^# TYPE (\S+)_total counter$/gm)].map(([, name]) => `${name}_total`),
  );
  const lines = page
    .trimEnd()
    .split("\n")
    .map((line) => {
      if (line.startsWith("# ")) return described(line, counters);
      const found = line.includes("_bucket{") && exemplar(line.slice(0, line.lastIndexOf(" ")));
      return found ? `${line} ${written(found)}` : line;
    });
  return `${lines.join("\n")}\n# EOF\n`;
}

function described(line: string, counters: ReadonlySet<string>): string {
  const [hash, kind, name = "", ...rest] = line.split(" ");
  const named = counters.has(name) ? name.replace(/_total$/, "") : name;
  return [hash, kind, named, ...rest].join(" ");
}

const written = ({ traceId, value, at }: Exemplar): string =>
  `# {trace_id="${traceId}"} ${value} ${(at / 1_000).toFixed(3)}`;
