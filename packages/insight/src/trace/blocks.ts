import type { ExportedSpan } from "@waybill/otlp";

/** A span where it stands in what is drawn. */
export interface Row {
  readonly span: ExportedSpan;
  /** 0 for the first of a block. */
  readonly depth: number;
  /** It belongs to a batch that the order was in, with others perhaps. */
  readonly isShared: boolean;
}

/** Work that was done in one go: a call or a message, and all that was called for it. The first row is what it began with. */
export type Block = readonly Row[];

interface Family {
  readonly children: ReadonlyMap<string, readonly ExportedSpan[]>;
  readonly batches: ReadonlyMap<string, ExportedSpan>;
  readonly withBatches: boolean;
}

/**
 * Orders the spans for being read: in blocks by time, each a tree. What an event has caused begins a block of its own, since it is not part of what
 * published the event; so does what began when its parent had long ended. Of batches, without `withBatches`, only what went wrong or was repeated is
 * shown, beneath the order's own part of them.
 */
export function blocksOf(
  spans: readonly ExportedSpan[],
  traceIds: readonly string[],
  withBatches: boolean,
): readonly Block[] {
  const own = new Set(traceIds);
  const sorted = spans.toSorted((a, b) => a.startedAt - b.startedAt || b.endedAt - a.endedAt);
  const byId = new Map(sorted.map((span) => [span.spanId, span]));
  const family: Family = {
    children: Map.groupBy(sorted, ({ parentSpanId }) => parentSpanId),
    batches: new Map(
      sorted.filter(({ traceId }) => !own.has(traceId)).map((span) => [span.spanId, span]),
    ),
    withBatches,
  };
  const shown = new Set<string>();
  return sorted
    .filter(({ traceId }) => own.has(traceId))
    .filter((span) => beginsBlock(span, byId.get(span.parentSpanId)))
    .map((span) => rowsFrom({ span, depth: 0, isShared: false }, family, shown));
}

const beginsBlock = (span: ExportedSpan, parent: ExportedSpan | undefined): boolean =>
  parent === undefined || span.kind === "consumer" || span.startedAt > parent.endedAt;

/** A row and those beneath it; a batch is shown once, beneath the first span that was in it. */
function rowsFrom(row: Row, family: Family, shown: Set<string>): Row[] {
  const { span, depth, isShared } = row;
  const own = (family.children.get(span.spanId) ?? []).filter((child) => !beginsBlock(child, span));
  const batches = span.links.flatMap(({ spanId }) => family.batches.get(spanId) ?? []);
  const shared = batches
    .filter((batch) => batch.parentSpanId === "" && !shown.has(batch.spanId))
    .flatMap((batch) => {
      shown.add(batch.spanId);
      return family.children.get(batch.spanId) ?? [];
    });
  const beneath = [
    ...own.map((child) => ({ child, isShared })),
    ...shared.map((child) => ({ child, isShared: true })),
  ].sort((a, b) => a.child.startedAt - b.child.startedAt);
  const rows = beneath.flatMap(({ child, isShared }) =>
    rowsFrom({ span: child, depth: depth + 1, isShared }, family, shown),
  );
  return isShared && !family.withBatches && !isRemarkable(span) ? raised(rows) : [row, ...rows];
}

const isRemarkable = ({ failure, events }: ExportedSpan): boolean =>
  failure !== undefined || events.length > 0;

/** Rows whose parent is not shown take its place. */
const raised = (rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ ...row, depth: row.depth - 1 }));
