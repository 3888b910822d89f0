import { type ExportedSpan, spansIn, type TraceExport } from "./spans.ts";

/** How much is kept. */
export interface SpanLimits {
  readonly maxSpans: number;
  readonly maxBytes: number;
}

/** A thousand ordinary orders, within 64 MB. */
export const defaultSpanLimits: SpanLimits = { maxSpans: 100_000, maxBytes: 64 * 1024 * 1024 };

/** What to find: whole traces, those named, and those in which a span is about this order. */
export interface SpanQuery {
  readonly traceIds: readonly string[];
  readonly orderId: string | undefined;
}

/** How much is kept, and how much no longer is. */
export interface SpanStoreState {
  readonly spans: number;
  readonly bytes: number;
  readonly forgottenSpans: number;
  /** When the oldest that is kept came, in ms since 1970; undefined when nothing is kept. */
  readonly since: number | undefined;
}

interface Batch {
  readonly body: Buffer;
  readonly spans: number;
  readonly cameAt: number;
}

/** Every span has exactly one; inside of text the quotes would be escaped. */
const spanMark = '"startTimeUnixNano"';
export const orderAttribute = "waybill.order_id";
/** Links lead from an order's trace to the batches it was in; these belong to it in part, and lead to all others. */
const maxTracesFound = 200;
/** Looking for more texts than this takes longer than to decode everything. */
const maxTextsSearched = 20;

/**
 * Keeps the latest exports as they came, since nearly all of them are never looked at: they are decoded when somebody asks. When one limit
 * is passed, whole exports are forgotten, the oldest first.
 */
export class SpanStore {
  readonly #limits: SpanLimits;
  #batches: Batch[] = [];
  #spans = 0;
  #bytes = 0;
  #forgotten = 0;

  constructor(limits: SpanLimits = defaultSpanLimits) {
    this.#limits = limits;
  }

  /** Keeps an export; `now` in ms since 1970. */
  add(body: Buffer, now: number): void {
    const batch = { body, spans: countSpans(body), cameAt: now };
    this.#batches.push(batch);
    this.#spans += batch.spans;
    this.#bytes += body.length;
    const { maxSpans, maxBytes } = this.#limits;
    let tooOld = 0;
    while (this.#spans > maxSpans || this.#bytes > maxBytes) this.#forget(this.#batches[tooOld++]);
    if (tooOld > 0) this.#batches = this.#batches.slice(tooOld);
  }

  get state(): SpanStoreState {
    return {
      spans: this.#spans,
      bytes: this.#bytes,
      forgottenSpans: this.#forgotten,
      since: this.#batches[0]?.cameAt,
    };
  }

  /** The spans of the traces that are asked for, and those of other traces that they are linked to. */
  find({ traceIds, orderId }: SpanQuery): readonly ExportedSpan[] {
    const wanted = new Set([...traceIds, ...(orderId === undefined ? [] : this.#about(orderId))]);
    const own = this.#ofTraces(wanted);
    const linked = own.flatMap(({ links }) => links.map(({ traceId }) => traceId));
    const others = [...new Set(linked)].filter((id) => !wanted.has(id)).slice(0, maxTracesFound);
    return [...own, ...this.#ofTraces(new Set(others))];
  }

  #about(orderId: string): readonly string[] {
    return this.#decoded([orderId], ({ attributes }) => attributes[orderAttribute] === orderId).map(
      ({ traceId }) => traceId,
    );
  }

  #ofTraces(ids: ReadonlySet<string>): readonly ExportedSpan[] {
    return this.#decoded([...ids], ({ traceId }) => ids.has(traceId));
  }

  /** The spans that are wanted; only exports with one of these texts in them can have any. One export is decoded at a time. */
  #decoded(
    texts: readonly string[],
    isWanted: (span: ExportedSpan) => boolean,
  ): readonly ExportedSpan[] {
    const mayHave = (body: Buffer) =>
      texts.length > maxTextsSearched || texts.some((text) => body.includes(text));
    return this.#batches
      .filter(({ body }) => mayHave(body))
      .flatMap(({ body }) => decoded(body).filter(isWanted));
  }

  #forget(batch: Batch | undefined): void {
    if (batch === undefined) throw new RangeError("Nothing is left to forget");
    this.#spans -= batch.spans;
    this.#bytes -= batch.body.length;
    this.#forgotten += batch.spans;
  }
}

function countSpans(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(spanMark); at !== -1; at = body.indexOf(spanMark, at + 1)) count += 1;
  return count;
}

/** What is no export, whoever has sent it, has no spans. */
function decoded(body: Buffer): readonly ExportedSpan[] {
  try {
    return spansIn(JSON.parse(body.toString()) as TraceExport);
  } catch {
    return [];
  }
}
