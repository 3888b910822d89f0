import { oneLine } from "../printable.ts";
import { type Axis, axisOf } from "./axis.ts";
import { blocksOf, type Row } from "./blocks.ts";
import type { OrderTrace } from "./findTrace.ts";
import { duration, remarksOn, titleOf } from "./words.ts";

/** How to draw. */
export interface Drawing {
  /** Of the terminal. */
  readonly columns: number;
  readonly withBatches: boolean;
}

/** Something that happened at one moment. */
interface Mark {
  readonly at: number;
  readonly text: string;
}

const timeWidth = 9;
const serviceWidth = 13;
const durationWidth = 8;
const minTitleWidth = 30;
const maxTitleWidth = 56;
const minBarWidth = 20;
const indent = "  ";

/** Draws the waterfall of an order, as lines that a terminal does not obey, whatever reasons and errors say. */
export function draw(order: OrderTrace, { columns, withBatches }: Drawing): readonly string[] {
  const blocks = blocksOf(order.spans, order.traceIds, withBatches);
  const rows = blocks.flat();
  const titleWidth = widthOfTitles(rows);
  const fixed = timeWidth + serviceWidth + titleWidth + durationWidth + 5;
  const barWidth = Math.max(minBarWidth, columns - fixed);
  const axis = axisOf(
    rows.map(({ span }) => ({ from: span.startedAt, to: span.endedAt })),
    barWidth,
  );
  const marks = marksOf(order, axis);
  const lines = blocks.flatMap((block) => [
    ...marksBefore(marks, block[0]?.span.startedAt ?? 0, axis, titleWidth),
    ...block.map((row) => lineOf(row, axis, titleWidth, barWidth)),
  ]);
  const rest = marksBefore(marks, Number.POSITIVE_INFINITY, axis, titleWidth);
  return [...header(order, rows, axis), "", ...lines, ...rest, ...incomplete(order)].map(oneLine);
}

function header({ orderId, traceIds, transitions }: OrderTrace, rows: readonly Row[], axis: Axis) {
  const services = new Set(rows.map(({ span }) => span.service)).size;
  const state = transitions.at(-1)?.state ?? "";
  const took = duration(axis.end - axis.start);
  const idle = axis.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  return [
    `Order ${orderId} ${state}`.trimEnd(),
    `${rows.length} spans of ${services} services over ${took}, ${duration(idle)} of it with nothing to do; trace ${traceIds.join(", ")}`,
  ];
}

const widthOfTitles = (rows: readonly Row[]): number => {
  const widths = rows.map((row) => titleWithin(row).length);
  return Math.min(maxTitleWidth, Math.max(minTitleWidth, ...widths));
};

const titleWithin = ({ span, depth, isShared }: Row): string =>
  `${indent.repeat(depth)}${isShared ? "∥ " : ""}${titleOf(span)}`;

function lineOf(row: Row, axis: Axis, titleWidth: number, barWidth: number): string {
  const { span } = row;
  const took = duration(span.endedAt - span.startedAt);
  const columns = [
    sinceStart(span.startedAt, axis).padStart(timeWidth),
    ` ${span.service.padEnd(serviceWidth)}`,
    fitted(titleWithin(row), titleWidth),
    took.padStart(durationWidth),
    bar(row, axis, barWidth),
  ];
  return `${columns.join(" ")} ${remarksOn(span)}`.trimEnd();
}

const fitted = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);

function bar({ span, isShared }: Row, axis: Axis, width: number): string {
  const cells = Array.from({ length: width }, () => " ");
  for (const cut of axis.cuts) cells[cut] = "┊";
  const { first, count } = axis.columnsOf({ from: span.startedAt, to: span.endedAt });
  cells.fill(span.failure === undefined ? (isShared ? "▒" : "█") : "✗", first, first + count);
  return cells.join("");
}

const sinceStart = (at: number, { start }: Axis): string =>
  `${Math.max(0, (at - start) / 1_000).toFixed(3)} s`;

/** The order's states, and the times in which nothing was done, by time. */
function marksOf({ transitions }: OrderTrace, { gaps }: Axis): Mark[] {
  const states = transitions.map(({ at, state, reason }) => ({
    at,
    text: `● ${state}${reason === "" ? "" : ` (${reason})`}`,
  }));
  const pauses = gaps.map(({ from, to }) => ({
    at: from,
    text: `┄ ${duration(to - from)} in which nothing is done for it`,
  }));
  return [...states, ...pauses].sort((a, b) => a.at - b.at);
}

/** Takes the marks off that are due before that time. */
function marksBefore(marks: Mark[], at: number, axis: Axis, titleWidth: number): string[] {
  const later = marks.findIndex((mark) => mark.at > at);
  const due = marks.splice(0, later === -1 ? marks.length : later);
  return due.map((mark) =>
    `${sinceStart(mark.at, axis).padStart(timeWidth)}  ${"".padEnd(serviceWidth)}${mark.text.padEnd(titleWidth)}`.trimEnd(),
  );
}

/** What is missing is said. A parent of another process may be the client's own, which only the client knows. */
function incomplete({ spans, traceIds }: OrderTrace): readonly string[] {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const own = spans.filter(({ traceId }) => traceIds.includes(traceId));
  const orphans = own.filter(({ parentSpanId }) => parentSpanId !== "" && !known.has(parentSpanId));
  const parents = new Set(orphans.map(({ parentSpanId }) => parentSpanId));
  const hasRoot = own.some(({ parentSpanId }) => parentSpanId === "");
  const missing = parents.size - (hasRoot ? 0 : 1);
  if (missing <= 0) return [];
  const text = `${missing} ${missing === 1 ? "span is" : "spans are"} missing whose children are here`;
  return ["", `${text}: forgotten, not sent yet, or lost with a process that was killed.`];
}
