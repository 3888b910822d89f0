import { expect } from "chai";
import { ownTraces, whyNone } from "../src/trace/findTrace.ts";
import { batchTrace, ownTrace, span, start } from "./support/spans.ts";

const now = start + 60_000;
const sampled = `00-${ownTrace}-0123456789abcdef-01`;
const kept = { spans: 90_000, bytes: 1, forgottenSpans: 0, since: start + 10_000 };
const journal = (traceparent: string, placedAt = start) => ({
  placedAt,
  transitions: [],
  traceparents: [traceparent],
});

const why = (
  known: ReturnType<typeof journal> | undefined,
  state: Partial<typeof kept> = {},
): string => {
  const traceIds = (known?.traceparents ?? []).filter((text) => text !== "").map(() => ownTrace);
  return whyNone("o-1", known, traceIds, { ...kept, ...state }, now);
};

describe("npm run trace tells why there is nothing to draw", () => {
  it("there is no such order", () => {
    expect(why(undefined)).to.include('There is no order "o-1"');
  });

  it("nothing was traced", () => {
    expect(why(journal(""))).to.include("Nothing was traced");
  });

  it("the trace was not sampled", () => {
    expect(why(journal(sampled.replace(/01$/, "00"))))
      .to.include("was not sampled")
      .and.include(ownTrace)
      .and.include("OTEL_TRACES_SAMPLER");
  });

  it("the spans are on their way, up to 3 s after the order was placed", () => {
    expect(why(journal(sampled, now - 2_999))).to.include("have not come yet");
    expect(why(journal(sampled, now - 3_000))).not.to.include("have not come yet");
  });

  it("the spans were forgotten for the sake of later ones", () => {
    expect(why(journal(sampled), { forgottenSpans: 12_345 })).to.include(
      "12,345 have been forgotten",
    );
  });

  it("the stack was started anew", () => {
    expect(why(journal(sampled))).to.include("has been started anew");
  });
});

describe("the traces of an order", () => {
  const about = (orderId: string) => ({ attributes: { "waybill.order_id": orderId } });
  const link = { traceId: ownTrace, spanId: "request" };

  it("are those with a span about it, and not about another one", () => {
    const spans = [span("request", 0, 9, about("o-1")), span("other", 0, 9, about("o-2"))];
    expect(ownTraces(spans, "o-1")).to.deep.equal([ownTrace]);
    expect(ownTraces(spans, "o-3")).to.deep.equal([]);
  });

  it("are none that begin with a batch, although that reads the order", () => {
    const ofBatch = { traceId: batchTrace };
    const spans = [
      span("batch", 0, 9, { ...ofBatch, links: [link] }),
      span("read", 1, 2, { ...ofBatch, ...about("o-1"), parentSpanId: "batch" }),
    ];
    expect(ownTraces(spans, "o-1")).to.deep.equal([]);
  });
});
