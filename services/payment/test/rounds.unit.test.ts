import { expect } from "chai";
import type { Operation } from "../src/domain/decide.ts";
import { rounds } from "../src/domain/rounds.ts";

const content = {
  userId: "ada",
  amount: { minorUnits: 5n, currency: "EUR" },
  paymentMethod: "pm_ok",
};
const tryOf = (transactionId: string, contentHash = "h"): Operation => ({
  kind: "try",
  transactionId,
  content,
  contentHash,
});
const confirm = (transactionId: string): Operation => ({ kind: "confirm", transactionId });
const cancel = (transactionId: string): Operation => ({ kind: "cancel", transactionId });
const positionsOf = (...batch: Operation[]) =>
  rounds(batch).map((round) => round.map((step) => step.positions));

describe("a batch", () => {
  it("of different transactions is one round", () => {
    expect(positionsOf(tryOf("a"), confirm("b"), cancel("c"))).to.deep.equal([[[0], [1], [2]]]);
  });
  it("of one transaction keeps its order", () => {
    expect(positionsOf(tryOf("a"), confirm("a"), tryOf("b"), cancel("a"))).to.deep.equal([
      [[0], [2]],
      [[1]],
      [[3]],
    ]);
  });
  it("does equal neighbours once", () => {
    expect(positionsOf(tryOf("a"), tryOf("b"), tryOf("a"), cancel("a"), cancel("a"))).to.deep.equal(
      [[[0, 2], [1]], [[3, 4]]],
    );
  });
  it("does not take Tries of other content for equal", () => {
    expect(positionsOf(tryOf("a", "h1"), tryOf("a", "h2"))).to.deep.equal([[[0]], [[1]]]);
  });
});
