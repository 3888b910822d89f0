import { type ExportedSpan, type FoundSpans, findSpans } from "@waybill/otlp";
import type { StackRecord } from "@waybill/stack";
import { CannotShowError } from "../cannotShowError.ts";
import { type Journal, readJournal, type Transition, tracesIn } from "./journal.ts";

/** All that is known of an order's way. */
export interface OrderTrace {
  readonly orderId: string;
  /** The order's own traces. Spans of other traces are of batches that the order was in. */
  readonly traceIds: readonly string[];
  readonly transitions: readonly Transition[];
  readonly spans: readonly ExportedSpan[];
}

/** Services send their spans every second. */
const sentWithinMs = 3_000;

/** Finds the spans of an order; `now` in ms since 1970. Throws CannotShowError, which tells why there are none. */
export async function findTrace(
  record: StackRecord,
  orderId: string,
  now: number,
): Promise<OrderTrace> {
  const journal = await readJournal(record, orderId);
  const recorded = journal === undefined ? [] : tracesIn(journal);
  const { kept, elsewhere } = record.traces;
  if (kept === undefined)
    throw new CannotShowError(elsewhereText(elsewhere, journal, orderId, recorded));
  const answer = await findSpans(kept, orderId, [...new Set(recorded)]).catch((error) => {
    throw new CannotShowError(`The stack does not tell its spans: ${error}`, { cause: error });
  });
  if (answer.found.length === 0)
    throw new CannotShowError(whyNone(orderId, journal, recorded, answer, now));
  const traceIds = [...new Set([...recorded, ...ownTraces(answer.found, orderId)])];
  const { transitions = [] } = journal ?? {};
  return { orderId, traceIds, transitions, spans: answer.found };
}

/** The traces with a span that is about the order, but for those of batches: what a batch does about it does so for others, too. */
export function ownTraces(spans: readonly ExportedSpan[], orderId: string): readonly string[] {
  const batches = batchTraces(spans);
  const about = spans.filter(({ attributes }) => attributes["waybill.order_id"] === orderId);
  return about.map(({ traceId }) => traceId).filter((id) => !batches.has(id));
}

/** Those that begin with a batch: its root is linked to what is in it, which a request's never is. */
const batchTraces = (spans: readonly ExportedSpan[]): ReadonlySet<string> =>
  new Set(
    spans
      .filter(({ parentSpanId, links }) => parentSpanId === "" && links.length > 0)
      .map(({ traceId }) => traceId),
  );

const isSampled = (traceparent: string): boolean => traceparent.endsWith("-01");

function elsewhereText(
  elsewhere: string | undefined,
  journal: Journal | undefined,
  orderId: string,
  traceIds: readonly string[],
): string {
  if (journal === undefined) return unknown(orderId);
  if (elsewhere === undefined)
    return "This stack keeps no spans: it was not started by npm start, but by a program that did not ask for it.";
  const ids = [...new Set(traceIds)].join(", ");
  return `This stack's spans are sent to ${elsewhere}, as its environment says. The order's trace there: ${ids || "none"}.`;
}

/** Why nothing is found of an order that was asked for. */
export function whyNone(
  orderId: string,
  journal: Journal | undefined,
  traceIds: readonly string[],
  { since, spans, forgottenSpans }: Omit<FoundSpans, "found">,
  now: number,
): string {
  if (journal === undefined) return unknown(orderId);
  if (traceIds.length === 0)
    return `Nothing was traced when order "${orderId}" was placed: its journal names no trace.`;
  const trace = `trace ${[...new Set(traceIds)].join(", ")}`;
  if (!journal.traceparents.some(isSampled))
    return `The ${trace} of order "${orderId}" was not sampled. OTEL_TRACES_SAMPLER says which are, unless the client's own traceparent does.`;
  if (now - journal.placedAt < sentWithinMs)
    return `The spans of order "${orderId}" have not come yet: services send them every second. Try again.`;
  const text = `The spans of order "${orderId}" (${trace}) are not kept any more: `;
  return forgottenSpans > 0 && journal.placedAt < (since ?? now)
    ? `${text}${forgottenSpans.toLocaleString("en")} have been forgotten for the sake of the latest ${spans.toLocaleString("en")}, which go back to ${timeOfDay(since ?? now)}.`
    : `${text}the stack keeps them in memory, and has been started anew since ${timeOfDay(journal.placedAt)}.`;
}

const unknown = (orderId: string): string =>
  `There is no order "${orderId}" in this stack. Is the id complete? GET /api/orders lists them.`;

const timeOfDay = (ms: number): string => new Date(ms).toLocaleTimeString("en-GB");
