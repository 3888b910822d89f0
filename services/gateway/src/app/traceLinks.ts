/** Where in a template the trace's id is to stand. */
const placeholder = "{traceId}";

/** Grafana's page of a trace in Tempo, as the local observability stack has them. */
export const grafanaTempo =
  "http://127.0.0.1:3000/explore?schemaVersion=1&panes=%7B%22trace%22%3A%7B%22datasource%22%3A%22tempo%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22queryType%22%3A%22traceql%22%2C%22query%22%3A%22{traceId}%22%7D%5D%7D%7D";

/** Whether a template can be made a link: an http address with the placeholder in it. */
export const isTraceTemplate = (text: string): boolean =>
  text.includes(placeholder) && /^https?:\/\//.test(text) && URL.canParse(text);

/** By what a trace is found. */
export interface TraceLink {
  /** Leads through the logs of all services, whether or not the trace was sampled. */
  readonly traceId?: string | undefined;
  /** Where the trace can be looked at; only of a sampled one, since there is nothing to see of others, and only if there is such a place. */
  readonly traceUrl?: string | undefined;
}

/** Makes links of W3C trace contexts; none of an empty one. Template "none": traces cannot be looked at by a browser. */
export const traceLinks =
  (template: string) =>
  (traceparent: string): TraceLink => {
    const [, traceId, flags] =
      /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-([\da-f]{2})/.exec(traceparent) ?? [];
    if (traceId === undefined || flags === undefined) return {};
    const isShown = template !== "none" && (Number.parseInt(flags, 16) & 1) === 1;
    return { traceId, traceUrl: isShown ? template.replace(placeholder, traceId) : undefined };
  };
