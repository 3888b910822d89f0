import type { ExportedSpan } from "@waybill/otlp";

/** When the traces of these tests begin, in ms since 1970. */
export const start = Date.UTC(2026, 10, 24, 12);
export const ownTrace = "a".repeat(32);
export const batchTrace = "b".repeat(32);

/** A span of the order's own trace, unless told otherwise; from and to in ms after the start. */
export const span = (
  spanId: string,
  from: number,
  to: number,
  given: Partial<ExportedSpan> = {},
): ExportedSpan => ({
  traceId: ownTrace,
  spanId,
  parentSpanId: "",
  name: spanId,
  kind: "internal",
  service: "order",
  pid: 7,
  startedAt: start + from,
  endedAt: start + to,
  attributes: {},
  events: [],
  links: [],
  failure: undefined,
  ...given,
});

export const beneath = (parentSpanId: string) => ({ parentSpanId });
