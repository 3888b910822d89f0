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

/**
 * Whether a traceparent's flags say that its trace is sampled. What is wrong with the rest shows when it is read; most are not sampled, and
 * for those nothing more is done.
 */
export function claimsSampling(traceparent: string): boolean {
  const digit = traceparent.charCodeAt(flagsEnd);
  if (Number.isNaN(digit)) return false;
  return ((digit <= nine ? digit : digit - letters) & TraceFlags.SAMPLED) !== 0;
}

/** The last digit of the flags in version 00, and what hexadecimal digits are as characters: "9" the last before letters, "a" is 10. */
const flagsEnd = 54;
const nine = 57;
const letters = 87;

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

/** As it is written by whoever keeps to version 00. */
const usualPattern = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-0[01]$/;

/** A traceparent as it is to be stored and passed on; "" when it is not valid. The usual ones, which each element of a batch brings, are only looked at. */
export const normalTraceparent = (traceparent: string): string =>
  usualPattern.test(traceparent) ? traceparent : traceparentOf(contextOf(traceparent));

/** The traceparent of a context's span; "" when it has none or no valid one. */
export function traceparentOf(of: Context = context.active()): string {
  const span = trace.getSpanContext(of);
  if (span === undefined || !isSpanContextValid(span)) return "";
  return `00-${span.traceId}-${span.spanId}-${isSampled(span) ? "01" : "00"}`;
}

/** The traceparent that somebody has named for their part of a call; the call's own when they named none, or one that is not valid. */
export const namedTraceparent = (traceparent: string): string =>
  normalTraceparent(traceparent) || traceparentOf();

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
    if (!claimsSampling(traceparent)) continue;
    const shared = contextOf(traceparent);
    if (sampledSpanContext(shared) !== undefined) return context.with(shared, work);
  }
  return work();
}

const isSampled = (span: SpanContext): boolean => (span.traceFlags & TraceFlags.SAMPLED) !== 0;
