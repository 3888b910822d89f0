import { expect } from "chai";
import { draw } from "../src/trace/draw.ts";
import { beneath, ownTrace, span, start } from "./support/spans.ts";

const spans = [
  span("order", 0, 100, {
    name: "waybill.order.v1.OrderService/CreateOrder",
    kind: "server",
  }),
  span("try", 20, 60, {
    ...beneath("order"),
    service: "item",
    name: "item.reservations",
    attributes: { "waybill.batch.size": 12 },
  }),
  span("event", 5_100, 5_200, {
    ...beneath("order"),
    service: "workflow",
    name: "process workflow",
    kind: "consumer",
    attributes: {
      "messaging.destination.name": "orders.v1.placed.o-1",
      "waybill.outcome": "again",
    },
    events: [
      { name: "retry", at: start + 5_150, attributes: { attempt: 2, "error.type": "UNAVAILABLE" } },
    ],
    failure: "the provider is away\n  at somewhere",
  }),
];

const order = {
  orderId: "o-1",
  traceIds: [ownTrace],
  transitions: [
    { state: "PENDING", reason: "", at: start + 50, traceparent: "" },
    { state: "CANCELLED", reason: "DECLINED", at: start + 5_190, traceparent: "" },
  ],
  spans,
};

const drawing = { columns: 91, withBatches: false };

describe("npm run trace draws", () => {
  it("service, span, duration, retries, failures, states, and the gaps between", () => {
    expect(draw(order, drawing)).to.deep.equal(
      [
        "Order o-1 CANCELLED",
        `3 spans of 3 services over 5.20 s, 5.00 s of it with nothing to do; trace ${ownTrace}`,
        "",
        "  0.000 s  order         OrderService/CreateOrder              100 ms ██████████┊         ",
        "  0.020 s  item            item.reservations                    40 ms   ████    ┊           in a batch of 12",
        "  0.050 s               ● PENDING",
        "  0.100 s               ┄ 5.00 s in which nothing is done for it",
        "  5.100 s  workflow      process workflow ← orders.v1.placed   100 ms           ┊✗✗✗✗✗✗✗✗✗✗ again, ⟲ retry (attempt 2, type UNAVAILABLE), ✗ the provider is away",
        "  5.190 s               ● CANCELLED (DECLINED)",
      ].map((line) => line.trimEnd()),
    );
  });

  it("what strangers have sent without obeying it, one line for each thing", () => {
    const evil = "a\n\x1b[2J\x9b31m\r\x07";
    const spoilt = span(evil, 0, 100, {
      kind: "consumer",
      attributes: { "messaging.destination.name": evil, "waybill.reason": evil },
      events: [{ name: evil, at: start + 10, attributes: { [evil]: evil } }],
      failure: `\x1b[2J${evil}`,
    });
    const transitions = [{ state: "CANCELLED", reason: evil, at: start, traceparent: "" }];
    const lines = draw({ ...order, transitions, spans: [spoilt] }, drawing);
    expect(lines).to.have.length("title, traces, gap, span, state".split(", ").length);
    expect(lines.join("\n")).not.to.match(/[^\n\P{Cc}]/u);
    expect(lines.join("\n")).to.include("● CANCELLED (a \\x1b[2J\\x9b31m\\x0d\\x07)");
  });

  it("says how many spans are missing; the client's own is not", () => {
    const client = span("door", 0, 100, beneath("client's own"));
    const one = draw({ ...order, spans: [client] }, drawing);
    expect(one.join()).not.to.include("missing");
    const two = draw({ ...order, spans: [client, span("later", 5, 10, beneath("lost"))] }, drawing);
    expect(two.at(-1)).to.include("1 span is missing whose children are here");
  });

  it("fits what it draws into a narrow terminal as far as the titles allow", () => {
    const widths = draw({ ...order, spans: [span("order", 0, 100)] }, { ...drawing, columns: 10 });
    expect(widths[3]).to.have.length("  0.000 s  order         ".length + 30 + 1 + 8 + 1 + 20);
  });
});
