import { expect } from "chai";
import { deadlineOf, decideTried, overdue } from "../src/domain/decision.ts";
import type { OrderFacts } from "../src/domain/process.ts";

const rules = { cancellationWindowMs: 5_000, decideByMs: 30 * 60_000 };
const placedAt = new Date("2026-11-20T12:00:00Z");
const at = (ms: number): Date => new Date(placedAt.getTime() + ms);
const order = (change: Partial<OrderFacts> = {}): OrderFacts => ({
  orderId: "order-1",
  userId: "user-1",
  placedAt,
  reservationMode: "HELD",
  expiresAt: undefined,
  traceparent: "",
  ...change,
});

describe("the decision on a tried order", () => {
  it("waits for the end of the cancellation window", () => {
    expect(decideTried(order(), at(4_999), rules)).to.deep.equal({
      kind: "wait",
      until: at(5_000),
    });
  });

  it("confirms when the window is over", () => {
    expect(decideTried(order(), at(5_000), rules)).to.deep.equal({ kind: "confirm" });
  });

  it("confirms at once without a window", () => {
    const noWindow = { ...rules, cancellationWindowMs: 0 };
    expect(decideTried(order(), placedAt, noWindow)).to.deep.equal({ kind: "confirm" });
  });

  it("cancels as TIMED_OUT from DECIDE_BY on", () => {
    const cancelled = { kind: "cancel", reason: "TIMED_OUT" };
    expect(decideTried(order(), at(rules.decideByMs), rules)).to.deep.equal(cancelled);
  });

  it("leaves an outside coordinator's order to the coordinator until it expires", () => {
    const coordinated = order({ expiresAt: at(60_000) });
    expect(decideTried(coordinated, at(59_999), rules)).to.deep.equal({
      kind: "wait",
      until: at(60_000),
    });
    expect(decideTried(coordinated, at(60_000), rules)).to.deep.equal({
      kind: "cancel",
      reason: "EXPIRED",
    });
  });
});

describe("the time of an undecided order", () => {
  it("is up at DECIDE_BY, whether it is tried or not", () => {
    expect(overdue(order(), at(rules.decideByMs - 1), rules)).to.equal(undefined);
    expect(overdue(order(), at(rules.decideByMs), rules)).to.deep.equal({
      kind: "cancel",
      reason: "TIMED_OUT",
    });
  });

  it("is set by the coordinator alone when there is one, even beyond DECIDE_BY", () => {
    const coordinated = order({ expiresAt: at(24 * 60 * 60_000) });
    expect(deadlineOf(coordinated, rules)).to.deep.equal(coordinated.expiresAt);
    expect(overdue(coordinated, at(rules.decideByMs), rules)).to.equal(undefined);
  });
});
