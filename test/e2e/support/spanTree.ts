import type { ExportedSpan } from "@waybill/otlp";

/** What tells spans of one name apart: the event, or what was asked and what came of it. */
function detailOf({ attributes }: ExportedSpan): string {
  const event = attributes["waybill.event"];
  const words =
    event === undefined
      ? ["command", "operation", "outcome", "state", "reason"].map(
          (key) => attributes[`waybill.${key}`],
        )
      : [event, attributes["waybill.outcome"]];
  return words.filter((word) => word !== undefined).join(" ");
}

function lineOf(span: ExportedSpan): string {
  const events = span.events.map(({ name }) => ` (${name})`).join("");
  return `${span.service} ${span.name} ${detailOf(span)}`.trimEnd() + events;
}

/** The spans beneath a parent, one per line, children indented beneath it; siblings in the order of their text. */
export function drawTree(spans: readonly ExportedSpan[], parent: string, indent = ""): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .map((span) => [`${indent}${lineOf(span)}`, ...drawTree(spans, span.spanId, `${indent}  `)])
    .sort((a, b) => (a.join() < b.join() ? -1 : 1))
    .flat();
}
