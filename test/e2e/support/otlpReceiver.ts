import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** A span as it was exported. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  /** The id of the process that made it. */
  readonly pid: number;
  /** The traces of the spans that it is linked to. */
  readonly links: readonly string[];
  readonly attributes: ReadonlyMap<string, string>;
  /** The names of what happened during it, in order. */
  readonly events: readonly string[];
}

/** Takes what services export by OTLP over HTTP, in JSON. */
export interface OtlpReceiver extends AsyncDisposable {
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

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ExportedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await read(request);
    bodies.push(body);
    if (request.url === "/v1/traces") spans.push(...spansIn(JSON.parse(body)));
    response.setHeader("content-type", "application/json").end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_TRACES_SAMPLER: "always_on",
      OTEL_BSP_SCHEDULE_DELAY: "200",
    },
    spans,
    bodies,
    spansOf: (traceId) => spans.filter((span) => span.traceId === traceId),
    linkedTo: (traceId) => spans.filter(({ links }) => links.includes(traceId)),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const isCompressed = request.headers["content-encoding"] === "gzip";
  return (isCompressed ? gunzipSync(body) : body).toString();
}

/** The part of ExportTraceServiceRequest that is looked at. */
interface TraceExport {
  readonly resourceSpans?: readonly {
    readonly resource: {
      readonly attributes: readonly Attribute[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
  }[];
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string };
}

interface RawSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly attributes?: readonly Attribute[];
  readonly events?: readonly { readonly name: string }[];
}

const textsOf = (attributes: readonly Attribute[]): ReadonlyMap<string, string> =>
  new Map(
    attributes.map(({ key, value }) => [key, value.stringValue ?? String(value.intValue ?? "")]),
  );

function spansIn({ resourceSpans = [] }: TraceExport): ExportedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = new Map(resource.attributes.map(({ key, value }) => [key, value]));
    const service = attributes.get("service.name")?.stringValue ?? "";
    const pid = Number(attributes.get("process.pid")?.intValue);
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ traceId, spanId, parentSpanId = "", name, links = [], ...rest }) => ({
        ...{ traceId, spanId, parentSpanId, name, service, pid },
        links: links.map((link) => link.traceId),
        attributes: textsOf(rest.attributes ?? []),
        events: (rest.events ?? []).map((event) => event.name),
      }));
  });
}
