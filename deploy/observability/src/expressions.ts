import { dashboards } from "./dashboards.ts";
import { rules } from "./rules.ts";

/** A query of a dashboard or a rule. */
export interface Expression {
  /** "Waybill: orders / Placed", "alert OrdersStuck". */
  readonly where: string;
  readonly text: string;
}

/** All that is asked of Prometheus. */
export const expressions = (): readonly Expression[] => [
  ...dashboards.flatMap(({ title, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap((panel) =>
        panel.queries.map(([legend, text]) => ({
          where: `${title} / ${panel.title} (${legend})`,
          text,
        })),
      ),
    ),
  ),
  ...rules().map(({ record, alert, expr }) => ({
    where: record === undefined ? `alert ${alert}` : `record ${record}`,
    text: expr,
  })),
];

/** Of histograms, beside the metric's own name. */
const suffixes = /_(bucket|sum|count)$/;
const metricPattern = /\b[a-zA-Z_:][\w:]*(?=\{|\[|\s*[)><=*/+-]|$)/g;
const notMetrics = /^(by|le|and|or|unless|on|sum|max|min|avg|count|rate|increase|bool)$/;

/** The metrics that an expression names, without what makes them a histogram's parts; those that rules record have a colon. */
export function metricsIn(text: string): readonly string[] {
  const bare = text
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\b(by|on|without) \([^)]*\)/g, "")
    .replaceAll(/\{[^}]*\}/g, "{}");
  const names = [...bare.matchAll(metricPattern)].map(([name]) => name);
  return [...new Set(names.filter((name) => /_|:|^up$/.test(name) && !notMetrics.test(name)))]
    .filter((name) => !/^(histogram_quantile|last_over_time|label_replace)$/.test(name))
    .map((name) => name.replace(suffixes, ""));
}
