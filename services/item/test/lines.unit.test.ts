import { expect } from "chai";
import { mergeLines } from "../src/domain/lines.ts";

describe("the lines of a reservation", () => {
  it("are added up per item and sorted, and keep where the item stood first", () => {
    const merged = mergeLines([
      { itemId: "b", quantity: 2 },
      { itemId: "a", quantity: 1 },
      { itemId: "b", quantity: 3 },
    ]);
    expect(merged).to.deep.equal({
      kind: "merged",
      lines: [
        { itemId: "a", quantity: 1, position: 1 },
        { itemId: "b", quantity: 5, position: 0 },
      ],
    });
  });

  it("may add up to 10,000 pieces of an item, not more", () => {
    const lines = [
      { itemId: "a", quantity: 1 },
      { itemId: "b", quantity: 9_999 },
      { itemId: "b", quantity: 1 },
    ];
    expect(mergeLines(lines).kind).to.equal("merged");
    expect(mergeLines([...lines, { itemId: "b", quantity: 1 }])).to.deep.equal({
      kind: "tooMany",
      lines: [{ itemId: "b", quantity: 10_001, position: 1 }],
    });
  });
});
