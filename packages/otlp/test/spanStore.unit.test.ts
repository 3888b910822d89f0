import { expect } from "chai";
import { SpanStore } from "../src/index.ts";
import { exported, span } from "./support.ts";

const generous = { maxSpans: 1_000, maxBytes: 1_000_000 };
const traceA = "a".repeat(32);
const traceB = "b".repeat(32);

const namesIn = (store: SpanStore, orderId: string | undefined, ...traceIds: string[]) =>
  store.find({ traceIds, orderId }).map(({ name }) => name);

describe("the latest spans", () => {
  it("are found by the trace, over all exports", () => {
    const store = new SpanStore(generous);
    store.add(exported("order", [span(traceA, "create"), span(traceB, "other")]), 1);
    store.add(exported("status", [span(traceA, "announce")]), 2);
    expect(namesIn(store, undefined, traceA)).to.deep.equal(["create", "announce"]);
    const [first] = store.find({ traceIds: [traceA], orderId: undefined });
    expect(first).to.include({ service: "order", pid: 7, startedAt: 1_795_514_400_000 });
    expect(first?.endedAt).to.equal(1_795_514_400_002.5);
  });

  it("are found by the order, together with all else in their traces", () => {
    const store = new SpanStore(generous);
    store.add(exported("order", [span(traceA, "create", { order: "o-1" })]), 1);
    store.add(exported("status", [span(traceA, "announce"), span(traceB, "other")]), 2);
    expect(namesIn(store, "o-1")).to.deep.equal(["create", "announce"]);
    expect(namesIn(store, "o-")).to.deep.equal([]);
  });

  it("bring the batches along that they are linked to", () => {
    const store = new SpanStore(generous);
    store.add(exported("order", [span(traceA, "create", { linkTo: traceB })]), 1);
    store.add(exported("order", [span(traceB, "batch of orders")]), 2);
    expect(namesIn(store, undefined, traceA)).to.deep.equal(["create", "batch of orders"]);
  });

  it("are kept up to the limit of spans; one more, and the oldest export is forgotten", () => {
    const store = new SpanStore({ ...generous, maxSpans: 3 });
    store.add(exported("order", [span(traceA, "first"), span(traceA, "second")]), 10);
    store.add(exported("order", [span(traceA, "third")]), 20);
    expect(store.state).to.include({ spans: 3, forgottenSpans: 0, since: 10 });
    store.add(exported("order", [span(traceA, "fourth")]), 30);
    expect(store.state).to.include({ spans: 2, forgottenSpans: 2, since: 20 });
    expect(namesIn(store, undefined, traceA)).to.deep.equal(["third", "fourth"]);
  });

  it("are kept up to the limit of bytes; one more, and the oldest export is forgotten", () => {
    const first = exported("order", [span(traceA, "first")]);
    const second = exported("order", [span(traceA, "second")]);
    const fitting = new SpanStore({ ...generous, maxBytes: first.length + second.length });
    const short = new SpanStore({ ...generous, maxBytes: first.length + second.length - 1 });
    for (const store of [fitting, short]) {
      store.add(first, 1);
      store.add(second, 2);
    }
    expect(fitting.state).to.include({ spans: 2, forgottenSpans: 0 });
    expect(fitting.state.bytes).to.equal(first.length + second.length);
    expect(short.state).to.include({ spans: 1, forgottenSpans: 1, bytes: second.length });
  });

  it("are not kept when one export alone is too large", () => {
    const store = new SpanStore({ ...generous, maxSpans: 1 });
    store.add(exported("order", [span(traceA, "first"), span(traceA, "second")]), 1);
    expect(store.state).to.deep.equal({ spans: 0, bytes: 0, forgottenSpans: 2, since: undefined });
  });

  it("are not disturbed by what is no export", () => {
    const store = new SpanStore(generous);
    store.add(Buffer.from(`{"resourceSpans": "${traceA}`), 1);
    store.add(Buffer.from(`{"resourceSpans": [null, "${traceA}"]}`), 1);
    store.add(exported("order", [span(traceA, "create")]), 2);
    expect(namesIn(store, undefined, traceA)).to.deep.equal(["create"]);
  });
});
