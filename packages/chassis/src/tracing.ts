import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";

/** The tracer for spans of the named part. Makes nothing that costs when nothing is exported. */
export const tracer = (name: string): Tracer => trace.getTracer(name);

/** W3C Trace Context, version 00; later versions may append fields. */
const traceparentPattern = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** The context that a traceparent carries; the root context when it is empty or not valid. */
export function contextOf(traceparent: string): Context {
  if (traceparent === "") return ROOT_CONTEXT;
  const [, version, traceId, spanId, flags, rest] = traceparentPattern.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  if (version === "00" && rest !== undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const spanContext: SpanContext = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(spanContext)
    ? trace.setSpanContext(ROOT_CONTEXT, spanContext)
    : ROOT_CONTEXT;
}

/** The traceparent of a context's span; "" when it has none or no valid one. */
export function traceparentOf(of: Context = context.active()): string {
  const span = trace.getSpanContext(of);
  if (span === undefined || !isSpanContextValid(span)) return "";
  return `00-${span.traceId}-${span.spanId}-${isSampled(span) ? "01" : "00"}`;
}

/** The traceparent that somebody has named for their part of a call; the call's own when they named none, or one that is not valid. */
export const namedTraceparent = (traceparent: string): string =>
  traceparentOf(contextOf(traceparent)) || traceparentOf();

/** The span context of a context when it is valid and sampled; only for those are spans made. */
export function sampledSpanContext(of: Context = context.active()): SpanContext | undefined {
  const span = trace.getSpanContext(of);
  return span !== undefined && isSampled(span) && isSpanContextValid(span) ? span : undefined;
}

/**
 * Runs work that several traces share, such as one call for a batch, in the first of them that is sampled, so that it shows in one trace at
 * least: a call cannot be part of several. Without a sampled one it runs in the active context.
 */
export function inFirstTrace<T>(traceparents: Iterable<string>, work: () => T): T {
  for (const traceparent of traceparents) {
    const shared = contextOf(traceparent);
    if (sampledSpanContext(shared) !== undefined) return context.with(shared, work);
  }
  return work();
}

const isSampled = (span: SpanContext): boolean => (span.traceFlags & TraceFlags.SAMPLED) !== 0;
