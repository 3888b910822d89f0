import { expect } from "chai";
import type { Facts } from "../src/judge/facts.ts";
import { judge } from "../src/judge/judge.ts";
import type { Answer, Entry, State } from "../src/load/ledger.ts";
import type { Kind } from "../src/load/wish.ts";

/** An answer at this time that took 1 ms. */
const answer = (at: number, given: Partial<Answer>): Answer => ({
  call: "place",
  askedAt: at,
  answeredAt: at + 1,
  orderId: "o-1",
  state: "PENDING",
  refused: undefined,
  ...given,
});

const entry = (kind: Kind, answers: Answer[], unanswered = false): Entry => ({
  request: "r-1",
  wish: { kind, userId: "ada", lines: [], paymentMethod: "pm_ok", pauseMs: 0 },
  answers,
  unanswered,
});

const found = (state: State | undefined, given: Partial<Facts> = {}) =>
  new Map([["o-1", { isStored: true, state, isShipped: false, ...given }]]);

const checks = (one: Entry, facts: Map<string, Facts>) =>
  judge(one, facts).map(({ check }) => check);

describe("what clients were told, against what the databases say", () => {
  const placed = answer(0, {});

  it("agrees", () => {
    const read = answer(5, { call: "read", state: "CONFIRMED" });
    const delivered = found("DELIVERED", { isShipped: true });
    expect(checks(entry("plain", [placed, read]), delivered)).to.deep.equal([]);
    const cancelled = answer(5, { call: "cancel", state: "CANCELLED" });
    expect(checks(entry("cancelled", [placed, cancelled]), found("CANCELLED"))).to.deep.equal([]);
    const short = answer(0, { orderId: "", state: undefined, refused: "OUT_OF_STOCK" });
    expect(checks(entry("out-of-stock", [short]), new Map())).to.deep.equal([]);
  });

  it("acknowledged, and missing", () => {
    expect(checks(entry("plain", [placed]), new Map())).to.deep.equal(["acknowledged-missing"]);
    expect(checks(entry("plain", [placed]), found(undefined))).to.deep.equal([
      "acknowledged-unknown",
    ]);
  });

  it("reported cancelled, and shipped", () => {
    const cancelled = answer(5, { call: "cancel", state: "CANCELLED" });
    const shipped = found("SHIPPED", { isShipped: true });
    expect(checks(entry("cancelled", [placed, cancelled]), shipped)).to.include(
      "cancelled-shipped",
    );
  });

  it("reported confirmed, and cancelled", () => {
    const confirmed = answer(5, { call: "confirm", state: "CONFIRMED" });
    expect(checks(entry("cancelled", [placed, confirmed]), found("CANCELLED"))).to.deep.equal([
      "answer-untrue",
    ]);
  });

  it("one request, two orders", () => {
    const other = answer(5, { orderId: "o-2" });
    expect(checks(entry("repeated", [placed, other]), found("DELIVERED"))).to.include("two-orders");
  });

  it("contradictory answers, unless they may have overtaken each other", () => {
    const shipped = answer(5, { call: "read", state: "SHIPPED" });
    const pending = answer(10, { call: "read", state: "PENDING" });
    const delivered = found("DELIVERED");
    expect(checks(entry("plain", [placed, shipped, pending]), delivered)).to.deep.equal([
      "answers-contradictory",
    ]);
    const slow = answer(4, { call: "read", state: "PENDING", answeredAt: 12 });
    expect(checks(entry("plain", [placed, shipped, slow]), delivered)).to.deep.equal([]);
  });

  it("an order that nobody cancelled and that did not arrive", () => {
    expect(checks(entry("plain", [placed]), found("CANCELLED"))).to.deep.equal(["wrong-end"]);
    expect(checks(entry("declined", [placed]), found("DELIVERED"))).to.deep.equal(["wrong-end"]);
  });

  it("a refusal that there was no reason for", () => {
    const refused = answer(5, { call: "read", orderId: "", state: undefined, refused: "INTERNAL" });
    expect(checks(entry("plain", [placed, refused]), found("DELIVERED"))).to.deep.equal([
      "wrongly-refused",
    ]);
  });

  it("no answer at all", () => {
    expect(checks(entry("plain", [], true), new Map())).to.deep.equal(["never-answered"]);
  });
});
