import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { sampledSpanContext, tracer } from "@waybill/chassis";
import { type Metadata, Status } from "nice-grpc-common";

const spans = () => tracer("waybill.rpc");

const getter: TextMapGetter<Metadata> = {
  keys: (metadata) => [...metadata].map(([key]) => key),
  get: (metadata, key) => metadata.get(key) as string | undefined,
};

const setter: TextMapSetter<Metadata> = {
  set: (metadata, key, value) => void metadata.set(key, value),
};

/** A call's span context, and the span itself when the call is sampled. */
export interface TracedCall {
  readonly context: Context;
  readonly span: Span | undefined;
}

interface MethodSpan {
  readonly name: string;
  readonly attributes: Attributes;
}

const methods = new Map<string, MethodSpan>();

/** `<service>/<method>`, by which spans are named, and the rpc attributes of a path, made once per method. */
function methodSpan(path: string): MethodSpan {
  let method = methods.get(path);
  if (method === undefined) {
    const name = path.slice(1);
    method = {
      name,
      attributes: { "rpc.system.name": "grpc", "rpc.method": name },
    };
    methods.set(path, method);
  }
  return method;
}

/** Health checks and reflection come by the second and tell nothing about an order. */
const isTraced = (path: string): boolean => !path.startsWith("/grpc.");

/**
 * Continues the caller's trace, or begins one when the caller has none and the sampler agrees.
 * Calls of unsampled traces get no span, only the context that says so to those they call.
 */
export function serverSpan(path: string, metadata: Metadata): TracedCall {
  if (!isTraced(path)) return { context: ROOT_CONTEXT, span: undefined };
  const incoming =
    metadata.get("traceparent") === undefined
      ? ROOT_CONTEXT
      : propagation.extract(ROOT_CONTEXT, metadata, getter);
  const caller = trace.getSpanContext(incoming);
  if (caller !== undefined && (caller.traceFlags & TraceFlags.SAMPLED) === 0) {
    return { context: incoming, span: undefined };
  }
  const { name, attributes } = methodSpan(path);
  const span = spans().startSpan(name, { kind: SpanKind.SERVER, attributes }, incoming);
  if (!isSpanContextValid(span.spanContext())) return { context: incoming, span: undefined };
  return {
    context: trace.setSpan(incoming, span),
    span: span.isRecording() ? span : undefined,
  };
}

/** A span for a call made from within a sampled one; otherwise only the context it is made in. */
export function clientSpan(path: string, callee: string, active = context.active()): TracedCall {
  if (sampledSpanContext(active) === undefined) return { context: active, span: undefined };
  const { name, attributes } = methodSpan(path);
  const span = spans().startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
  span.setAttribute("server.address", callee);
  return { context: trace.setSpan(active, span), span };
}

/** Passes the trace on to the callee. */
export function injectTrace(traced: Context, metadata: Metadata): void {
  if (trace.getSpanContext(traced) !== undefined) propagation.inject(traced, metadata, setter);
}

/** Tells in a call's span of an attempt that failed, and why another one follows or none. Attempts count from 1. */
export function noteAttempt(span: Span, attempt: number, code: Status, message: string): void {
  span.addEvent("attempt failed", {
    "waybill.attempt": attempt,
    "rpc.status_code": Status[code] ?? String(code),
    "error.message": message,
  });
}

/** Tells in a call's span that it was not made: the breaker is open, or there is no room. */
export const noteRejection = (span: Span | undefined, by: string): void =>
  void span?.addEvent("call rejected", { "waybill.rejected_by": by });

/** Codes that tell of a fault rather than of an ordinary refusal. */
const faults: ReadonlySet<Status> = new Set([
  Status.UNKNOWN,
  Status.DEADLINE_EXCEEDED,
  Status.UNIMPLEMENTED,
  Status.INTERNAL,
  Status.UNAVAILABLE,
  Status.DATA_LOSS,
]);

/** Ends the span with the call's status; does nothing for an unsampled call. */
export function endSpan(span: Span | undefined, code: Status, message = ""): void {
  if (span === undefined) return;
  const status = Status[code] ?? String(code);
  span.setAttribute("rpc.status_code", status);
  if (faults.has(code)) {
    span.setAttribute("error.type", status);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}
