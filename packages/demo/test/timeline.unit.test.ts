import { ActorKind, OrderState, Transition } from "@waybill/contracts/status";
import { expect } from "chai";
import { formatMoney, formatTimeline, traceIdOf } from "../src/story/timeline.ts";

const placed = Transition.create({
  version: 1,
  to: OrderState.PENDING,
  actor: { kind: ActorKind.CUSTOMER, id: "ada" },
  occurredAt: new Date("2026-11-20T12:00:00.250Z"),
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
});
const cancelled = Transition.create({
  version: 2,
  from: OrderState.PENDING,
  to: OrderState.CANCELLED,
  actor: { kind: ActorKind.SERVICE, id: "workflow" },
  reason: "PAYMENT_DECLINED",
  occurredAt: new Date("2026-11-20T12:00:01.300Z"),
});

describe("a timeline", () => {
  it("tells when, what, who and why", () => {
    expect(formatTimeline([placed, cancelled]).split("\n")).to.deep.equal([
      "    12:00:00.250  PENDING     by customer ada",
      "        +1.050 s  CANCELLED   by workflow: PAYMENT_DECLINED",
    ]);
  });

  it("has the trace of the request", () => {
    expect(traceIdOf([placed, cancelled])).to.equal("0af7651916cd43dd8448eb211c80319c");
    expect(traceIdOf([])).to.equal("");
  });

  it("tells amounts in the currency's own digits", () => {
    expect(formatMoney({ minorUnits: 1290n, currency: "EUR" })).to.equal("EUR 12.90");
    expect(formatMoney({ minorUnits: 1290n, currency: "JPY" })).to.equal("JPY 1290");
    expect(formatMoney(undefined)).to.equal("no price yet");
  });
});
