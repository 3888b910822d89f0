import type { ExportedSpan } from "@waybill/otlp";
import { expect } from "chai";
import { blocksOf } from "../src/trace/blocks.ts";
import { batchTrace, beneath, ownTrace, span } from "./support/spans.ts";

/** Each block as its rows' names, indented; what is shared with others in brackets. */
const shown = (spans: readonly ExportedSpan[], withBatches = false) =>
  blocksOf(spans, [ownTrace], withBatches).map((block) =>
    block.map(
      ({ span: { name }, depth, isShared }) =>
        `${"  ".repeat(depth)}${isShared ? `(${name})` : name}`,
    ),
  );

describe("the blocks of a trace", () => {
  it("are trees, by time", () => {
    const spans = [
      span("second", 30, 40, beneath("call")),
      span("call", 0, 50),
      span("first", 10, 20, beneath("call")),
      span("inner", 12, 15, beneath("first")),
    ];
    expect(shown(spans)).to.deep.equal([["call", "  first", "    inner", "  second"]]);
  });

  it("begin with what an event has caused, and with what began after its parent's end", () => {
    const spans = [
      span("call", 0, 50),
      span("event", 40, 70, { ...beneath("call"), kind: "consumer" }),
      span("retry", 90, 95, beneath("event")),
      span("at the end", 70, 71, beneath("event")),
    ];
    expect(shown(spans)).to.deep.equal([["call"], ["event", "  at the end"], ["retry"]]);
  });

  it("begin with spans whose parent is not known", () => {
    expect(shown([span("child", 0, 1, beneath("client's own"))])).to.deep.equal([["child"]]);
  });

  const link = [{ traceId: batchTrace, spanId: "batch" }];
  const inBatch = { traceId: batchTrace };
  const batched = [
    span("element", 0, 50, { links: link }),
    span("batch", 5, 45, inBatch),
    span("transaction", 6, 20, { ...inBatch, ...beneath("batch") }),
    span("call", 22, 40, { ...inBatch, ...beneath("batch") }),
    span("served", 25, 35, { ...inBatch, ...beneath("call"), failure: "UNAVAILABLE" }),
  ];

  it("show of batches what went wrong, in the place of what is not shown", () => {
    expect(shown(batched)).to.deep.equal([["element", "  (served)"]]);
  });

  it("show all of a batch when asked, once, beneath the first that was in it", () => {
    const twice = [...batched, span("again", 1, 50, { links: link })];
    expect(shown(twice, true)).to.deep.equal([
      ["element", "  (transaction)", "  (call)", "    (served)"],
      ["again"],
    ]);
  });
});
