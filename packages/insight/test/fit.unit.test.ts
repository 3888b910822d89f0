import { expect } from "chai";
import { fit } from "../src/top/fit.ts";
import type { Line } from "../src/top/frame.ts";

const figures: readonly Line[] = [
  { text: "Waybill", tone: "title" },
  { text: "orders 12", tone: "plain" },
  { text: "item serving", tone: "plain" },
];
const troubles: readonly Line[] = [
  { text: "✗ shipping is down", tone: "bad" },
  { text: "✗ item is late", tone: "bad" },
];
const texts = (columns: number, rows: number) =>
  fit([...figures, ...troubles], { columns, rows }).map(({ text }) => text);

describe("a terminal", () => {
  it("shows everything where it fits", () => {
    expect(texts(80, 5)).to.deep.equal([...figures, ...troubles].map(({ text }) => text));
  });

  it("that is low shows what is wrong before the figures", () => {
    expect(texts(80, 3)).to.deep.equal(["Waybill", "✗ shipping is down", "✗ item is late"]);
    expect(texts(80, 1)).to.deep.equal(["✗ shipping is down"]);
  });

  it("that is narrow cuts figures off and wraps what is wrong", () => {
    expect(texts(11, 7)).to.deep.equal([
      "Waybill",
      "orders 12",
      "item servin",
      "✗ shipping ",
      "is down",
      "✗ item is l",
      "ate",
    ]);
  });
});
