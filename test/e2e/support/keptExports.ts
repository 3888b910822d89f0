import { type ExportedSpan, receiveOtlp, spansIn } from "@waybill/otlp";

/** Takes what services export, and keeps all of it. */
export interface KeptExports extends AsyncDisposable {
  /** What a service's environment needs so that it exports every span here, soon. */
  readonly env: Readonly<Record<string, string>>;
  /** All that have come. */
  readonly spans: readonly ExportedSpan[];
  /** Everything that was sent, as it was sent. */
  readonly bodies: readonly string[];
  spansOf(traceId: string): readonly ExportedSpan[];
  /** Spans of other traces that are linked to this one. */
  linkedTo(traceId: string): readonly ExportedSpan[];
}

export async function keepExports(): Promise<KeptExports> {
  const spans: ExportedSpan[] = [];
  const bodies: string[] = [];
  const keep = (body: Buffer): string => {
    const text = body.toString();
    bodies.push(text);
    return text;
  };
  const receiver = await receiveOtlp({
    traces: (body) => spans.push(...spansIn(JSON.parse(keep(body)))),
    metrics: keep,
    logs: keep,
  });
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${receiver.address}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_TRACES_SAMPLER: "always_on",
      OTEL_BSP_SCHEDULE_DELAY: "200",
    },
    spans,
    bodies,
    spansOf: (traceId) => spans.filter((span) => span.traceId === traceId),
    linkedTo: (traceId) =>
      spans.filter(({ links }) => links.some((link) => link.traceId === traceId)),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}
