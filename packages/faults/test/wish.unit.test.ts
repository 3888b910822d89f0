import { expect } from "chai";
import { kinds, plentiful, soldOut, wishOf } from "../src/load/wish.ts";

const wishes = (seed: number) =>
  Array.from({ length: 2_000 }, (_, index) => wishOf(seed, index, "hot"));

describe("what the load orders", () => {
  it("is the same for the same seed, and something else for another", () => {
    expect(wishes(1)).to.deep.equal(wishes(1));
    expect(wishes(1)).not.to.deep.equal(wishes(2));
  });

  it("is of all kinds", () => {
    expect(new Set(wishes(1).map(({ kind }) => kind))).to.deep.equal(new Set(kinds));
  });

  it("is short of stock only where its kind says so", () => {
    const scarce = (itemId: string) => !plentiful.some((one) => one === itemId);
    for (const { kind, lines } of wishes(1)) {
      const short = lines.map(({ itemId }) => itemId).filter(scarce);
      const expected = { "hot-item": ["hot"], "out-of-stock": [soldOut] } as const;
      expect(short).to.deep.equal(expected[kind as keyof typeof expected] ?? []);
    }
  });
});
