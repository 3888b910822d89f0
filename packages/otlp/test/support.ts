interface Given {
  readonly order?: string;
  readonly linkTo?: string;
}

/** A span as the SDK writes it. */
export const span = (traceId: string, name: string, { order, linkTo }: Given = {}): object => ({
  traceId,
  spanId: "0123456789abcdef",
  name,
  kind: 2,
  startTimeUnixNano: "1795514400000000000",
  endTimeUnixNano: "1795514400002500000",
  attributes:
    order === undefined ? [] : [{ key: "waybill.order_id", value: { stringValue: order } }],
  links: linkTo === undefined ? [] : [{ traceId: linkTo, spanId: "fedcba9876543210" }],
});

/** An export of a service's process 7. */
export const exported = (service: string, spans: readonly object[]): Buffer => {
  const attributes = [
    { key: "service.name", value: { stringValue: service } },
    { key: "process.pid", value: { intValue: 7 } },
  ];
  return Buffer.from(
    JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }),
  );
};
