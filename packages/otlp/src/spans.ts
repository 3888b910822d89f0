import { type Attribute, type Attributes, attributesOf } from "./attributes.ts";

/** A span as it was exported. Times are in ms since 1970, with fractions. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly service: string;
  /** The id of the process that made it. */
  readonly pid: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** What went wrong: the status's message, or "error" when it has none; undefined when nothing did. */
  readonly failure: string | undefined;
}

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

export interface SpanEvent {
  readonly name: string;
  readonly at: number;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** opentelemetry-proto's ExportTraceServiceRequest in JSON, as far as it is looked at. */
export interface TraceExport {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly RawSpan[] }[];
  }[];
}

interface RawSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Attribute[];
  readonly events?: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes?: readonly Attribute[];
  }[];
  readonly links?: readonly SpanLink[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

/** By their numbers in OTLP, of which 0 says nothing. */
const kinds = ["internal", "internal", "server", "client", "producer", "consumer"] as const;
const failed = 2;
const nanosecondsPerMs = 1_000_000;

/** The spans of an export. */
export const spansIn = ({ resourceSpans = [] }: TraceExport): ExportedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const of = attributesOf(resource?.attributes);
    const service = String(of["service.name"] ?? "");
    const pid = Number(of["process.pid"]);
    return scopeSpans
      .flatMap(({ spans = [] }) => spans)
      .map((span) => ({ service, pid, ...exportedSpan(span) }));
  });

function exportedSpan(raw: RawSpan): Omit<ExportedSpan, "service" | "pid"> {
  const { traceId, spanId, parentSpanId = "", name, kind = 0, links = [], status } = raw;
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind: kinds[kind] ?? "internal",
    startedAt: msOf(raw.startTimeUnixNano),
    endedAt: msOf(raw.endTimeUnixNano),
    attributes: attributesOf(raw.attributes),
    events: (raw.events ?? []).map((event) => ({
      name: event.name,
      at: msOf(event.timeUnixNano),
      attributes: attributesOf(event.attributes),
    })),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    failure: status?.code === failed ? status.message || "error" : undefined,
  };
}

/** Exact to a microsecond: what a double holds of the time since 1970. */
const msOf = (nanoseconds: string): number => Number(nanoseconds) / nanosecondsPerMs;
