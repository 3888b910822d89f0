export { type Attribute, type Attributes, attributesOf } from "./attributes.ts";
export { type FoundSpans, findSpans, keepSpans } from "./keeper.ts";
export { endpointOf, type OtlpReceiver, receiveOtlp, type Signal } from "./receiver.ts";
export { defaultSpanLimits, type SpanLimits, SpanStore, type SpanStoreState } from "./spanStore.ts";
export type { ExportedSpan, SpanEvent, SpanKind, SpanLink } from "./spans.ts";
export { spansIn, type TraceExport } from "./spans.ts";
