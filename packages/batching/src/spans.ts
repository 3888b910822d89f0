import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";

const tracer = () => trace.getTracer("@waybill/batching");
const sizeAttribute = "waybill.batch.size";

/** OpenTelemetry's default limit of links per span. */
const maxLinks = 128;

/** A span from submit to result, child of the element's context; none when that is not sampled. */
export function startElementSpan(name: string, parent: Context): Span | undefined {
  const span = trace.getSpanContext(parent);
  if (span === undefined || (span.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
  return isSpanContextValid(span) ? tracer().startSpan(name, {}, parent) : undefined;
}

export function endElementSpan(
  span: Span,
  result: PromiseSettledResult<unknown>,
  attributes?: Attributes,
): void {
  if (attributes !== undefined) span.setAttributes(attributes);
  if (result.status === "rejected") fail(span, result.reason);
  span.end();
}

/**
 * Runs the work of a batch in a span of its own, which is linked with its elements' spans both ways: work
 * that many traces share belongs to none of them. Without a sampled element there is no span, and
 * in no case does the work see the context of whoever happened to submit.
 */
export async function inBatchSpan<T>(
  name: string,
  size: number,
  elements: readonly Span[],
  work: () => Promise<T>,
): Promise<T> {
  if (elements.length === 0) return context.with(ROOT_CONTEXT, work);
  const span = tracer().startSpan(
    `batch ${name}`,
    {
      root: true,
      attributes: { [sizeAttribute]: size },
      links: elements.slice(0, maxLinks).map((element) => ({ context: element.spanContext() })),
    },
    ROOT_CONTEXT,
  );
  const link = { context: span.spanContext() };
  for (const element of elements) element.setAttribute(sizeAttribute, size).addLink(link);
  try {
    return await context.with(trace.setSpan(ROOT_CONTEXT, span), work);
  } finally {
    span.end();
  }
}

/** Marks the span of the batch under way, if it has one, as failed. */
export function noteFailure(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span !== undefined) fail(span, error);
}

function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
}
