import { expect } from "chai";
import { duration, money, words } from "../src/format.ts";
import { leftOf } from "../src/pages/window.ts";
import { partsOf, shareOf, thickness } from "../src/shop/scales.ts";

const placedAt = "2026-01-02T03:04:00.000Z";
const until = "2026-01-02T03:04:10.000Z";
const at = (second: number) => Date.parse(placedAt) + second * 1_000;

describe("the time that is left to cancel", () => {
  it("runs from all to nothing, in whole seconds", () => {
    expect(leftOf(placedAt, until, at(0)).share).to.equal(1);
    expect(leftOf(placedAt, until, at(0)).text).to.include("10 s");
    expect(leftOf(placedAt, until, at(7.5))).to.deep.equal({
      share: 0.25,
      text: "You can cancel for another 3 s.",
    });
    expect(leftOf(placedAt, until, at(9.999)).text).to.include("1 s");
  });

  it("is over at its end and ever after, and never more than all", () => {
    for (const second of [10, 11, 1_000]) {
      const { share, text } = leftOf(placedAt, until, at(second));
      expect(share).to.equal(0);
      expect(text).to.include("perhaps you can still cancel");
    }
    expect(leftOf(placedAt, until, at(-5)).share).to.equal(1);
    expect(leftOf(placedAt, placedAt, at(0)).share).to.equal(0);
  });
});

describe("what is written of figures", () => {
  it("has money in its currency's digits, and says when there is none yet", () => {
    expect(money(123_456, "EUR")).to.match(/1.?234[.,]56/);
    expect(money(1_234, "JPY"))
      .to.match(/1.?234/)
      .and.not.to.match(/[.,]34/);
    expect(money(1_234_567, "HUF")).to.match(/12.?345[.,]67/);
    expect(money(1_234_567, "IQD")).to.match(/1.?234[.,]567/);
    expect(money(1_234_567, "IDR")).to.match(/12.?345[.,]67/);
    expect(money(undefined, "EUR")).to.equal("–");
  });

  it("has durations in their largest unit", () => {
    const written = [0, 999, 1_000, 59_400, 60_000, 3_600_000, 86_400_000].map(duration);
    expect(written).to.deep.equal(["0 ms", "999 ms", "1 s", "59 s", "1 min", "1 h", "1 d"]);
  });

  it("has names as words", () => {
    expect(words("NOT_SERVING")).to.equal("Not serving");
    expect(words("workflow-payments")).to.equal("Workflow payments");
  });
});

describe("what is drawn of figures", () => {
  it("stacks what happened in a second from below, to its share of the most", () => {
    const parts = partsOf({ PENDING: 2, DELIVERED: 1 }, 4, 100);
    expect(parts).to.deep.equal([
      { state: "PENDING", y: 50, height: 50 },
      { state: "DELIVERED", y: 25, height: 25 },
    ]);
    expect(partsOf({}, 1, 100)).to.deep.equal([]);
  });

  it("draws thicker what is more, within its place", () => {
    const drawn = [0, 1, 10, 100, 1_000, 1_000_000].map(thickness);
    expect(drawn).to.deep.equal([...drawn].sort((a, b) => a - b));
    expect(drawn[0]).to.be.greaterThan(0);
    expect(drawn.at(-1)).to.equal(20);
  });

  it("ends stays within their axis", () => {
    expect(shareOf(0)).to.equal(0);
    expect(shareOf(3_600_000)).to.equal(1);
    expect(shareOf(86_400_000)).to.equal(1);
    expect(shareOf(1_000)).to.be.within(0.4, 0.5);
  });
});
