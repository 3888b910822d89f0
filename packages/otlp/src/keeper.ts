import { type OtlpReceiver, receiveOtlp } from "./receiver.ts";
import { SpanStore, type SpanStoreState } from "./spanStore.ts";
import type { ExportedSpan } from "./spans.ts";

/** What a keeper of spans answers to /spans?trace=…&trace=…&order=…. */
export interface FoundSpans extends SpanStoreState {
  readonly found: readonly ExportedSpan[];
}

/** Receives spans and keeps the latest; `findSpans` asks it for them. */
export function keepSpans(store = new SpanStore()): Promise<OtlpReceiver> {
  return receiveOtlp({
    traces: (body) => store.add(body, Date.now()),
    query: ({ pathname, searchParams }) => {
      if (pathname !== "/spans") return undefined;
      const traceIds = searchParams.getAll("trace");
      const orderId = searchParams.get("order") ?? undefined;
      return { ...store.state, found: store.find({ traceIds, orderId }) } satisfies FoundSpans;
    },
  });
}

/** Asks a keeper for the spans of these traces, and of those with a span that is about the order. */
export async function findSpans(
  address: string,
  orderId: string,
  traceIds: readonly string[],
): Promise<FoundSpans> {
  const query = new URLSearchParams([
    ["order", orderId],
    ...traceIds.map((traceId) => ["trace", traceId]),
  ]);
  const response = await fetch(`http://${address}/spans?${query}`);
  if (!response.ok) throw new Error(`The keeper of spans at ${address} answers ${response.status}`);
  return (await response.json()) as FoundSpans;
}
