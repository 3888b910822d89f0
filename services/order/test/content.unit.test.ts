import { expect } from "chai";
import { byWeight } from "../src/app/byWeight.ts";
import { type Content, hashContent, mergeLines, type Order } from "../src/domain/order.ts";
import { fitLines, sumOf } from "../src/domain/prices.ts";

const content: Content = {
  userId: "alice",
  lines: [
    { itemId: "cap", quantity: 1 },
    { itemId: "pen", quantity: 2 },
  ],
  paymentMethod: "pm_ok",
  shipTo: {
    ...{ name: "Alice", street: ["1 Main Street", "Door 2"], postalCode: "10115" },
    ...{ city: "Berlin", region: "", country: "DE" },
  },
  isCoordinated: false,
};

describe("the lines of an order", () => {
  it("of the same item are merged, and sorted by item", () => {
    const lines = [
      { itemId: "pen", quantity: 3 },
      { itemId: "cap", quantity: 1 },
      { itemId: "pen", quantity: 4 },
      { itemId: "Zip", quantity: 1 },
    ];
    expect(mergeLines(lines)).to.deep.equal([
      { itemId: "Zip", quantity: 1 },
      { itemId: "cap", quantity: 1 },
      { itemId: "pen", quantity: 7 },
    ]);
  });

  it("in any order and however split are the same content", () => {
    const hashOf = (...lines: [string, number][]) =>
      hashContent({
        ...content,
        lines: mergeLines(lines.map(([itemId, quantity]) => ({ itemId, quantity }))),
      });
    const hash = hashOf(["pen", 2], ["cap", 1]);
    expect(hashOf(["cap", 1], ["pen", 1], ["pen", 1])).to.equal(hash);
    expect(hashOf(["cap", 2], ["pen", 1])).not.to.equal(hash);
  });
});

describe("the content's hash", () => {
  it("differs with each part of the content", () => {
    const { shipTo } = content;
    if (shipTo === undefined) throw new Error("no address");
    const variants: readonly Content[] = [
      content,
      { ...content, userId: "bob" },
      { ...content, lines: content.lines.slice(1) },
      { ...content, paymentMethod: "pm_slow" },
      { ...content, isCoordinated: true },
      { ...content, shipTo: undefined },
      { ...content, shipTo: { ...shipTo, name: "Bob" } },
      { ...content, shipTo: { ...shipTo, street: ["1 Main Street"] } },
      { ...content, shipTo: { ...shipTo, street: ["1 Main Street Door 2"] } },
      { ...content, shipTo: { ...shipTo, postalCode: "", region: "10115" } },
      { ...content, shipTo: { ...shipTo, city: "Bern" } },
      { ...content, shipTo: { ...shipTo, country: "CH" } },
    ];
    expect(new Set(variants.map(hashContent))).to.have.length(variants.length);
    expect(hashContent({ ...content })).to.equal(hashContent(content));
  });
});

describe("prices", () => {
  const eur = (minorUnits: bigint) => ({ minorUnits, currency: "EUR" });
  const order = { content } as Order;
  const cap = { itemId: "cap", quantity: 1, name: "Cap", unitPrice: eur(1_000n) };
  const pen = { itemId: "pen", quantity: 2, name: "Pen", unitPrice: eur(250n) };
  const fit = (...lines: (typeof cap)[]) => fitLines(order, { lines, total: eur(0n) });

  it("fit an order when they are for exactly its lines", () => {
    expect(fit(cap, pen)).to.equal(true);
    expect(fit(pen, cap)).to.equal(true);
    expect(fit(cap)).to.equal(false);
    expect(fit(cap, pen, { ...pen, itemId: "zip" })).to.equal(false);
    expect(fit(cap, { ...pen, quantity: 3 })).to.equal(false);
    expect(fit(cap, pen, pen), "a line twice").to.equal(false);
  });

  it("add up without rounding", () => {
    expect(sumOf([cap, pen])).to.equal(1_500n);
    const large = { quantity: 10_000, unitPrice: eur(9_007_199_254_740_991n) };
    expect(sumOf([large, large])).to.equal(180_143_985_094_819_820_000n);
    expect(sumOf([])).to.equal(0n);
  });
});

describe("cutting by weight", () => {
  const cut = (weights: number[]) => byWeight(weights, (weight) => weight, 10);

  it("keeps the order, and each piece within the limit", () => {
    expect(cut([])).to.deep.equal([]);
    expect(cut([4, 6, 1, 9, 5])).to.deep.equal([[4, 6], [1, 9], [5]]);
    expect(cut([10, 10])).to.deep.equal([[10], [10]]);
    expect(cut([3, 12, 3]), "what is too heavy goes alone").to.deep.equal([[3], [12], [3]]);
  });
});
