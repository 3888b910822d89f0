/** Two scrapes must lie in it, with room for one that is missed. */
const window = "30s";

/** A dashboard's query as Grafana would send it. */
export const asAsked = (text: string): string =>
  text.replaceAll("$__rate_interval", window).replaceAll("$service", ".+");

/**
 * An alert's expression, answering 0 or 1 where its threshold is not passed or passed, instead of nothing or something: whether it has data does not
 * depend on whether anything is wrong.
 */
export const withoutThreshold = (text: string): string =>
  text.replaceAll(/ (>=|<=|==|!=|>|<) (?!bool)(?=[\d.]+)/g, " $1 bool ");
