import { expect } from "chai";
import { inTurns } from "../src/run/inTurns.ts";

describe("turns", () => {
  it("are taken by the rows, and within a row in order", async () => {
    const done: string[] = [];
    await inTurns([["a1", "a2", "a3"], [], ["b1"], ["c1", "c2"]], 1, async (thing) => {
      done.push(thing);
      return true;
    });
    expect(done).to.deep.equal(["a1", "b1", "c1", "a2", "c2", "a3"]);
  });

  it("are taken by one row alone as many at a time as may be, and no more", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<boolean>();
    let [begun, atATime] = [0, 0];
    const all = inTurns([Array.from({ length: 10 })], 4, async () => {
      atATime = Math.max(atATime, ++begun);
      await released;
      begun--;
      return true;
    });
    expect(begun).to.equal(4);
    release(true);
    await all;
    expect(atATime).to.equal(4);
  });

  it("leave a slow row its share, and the others theirs", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<boolean>();
    const begun: string[] = [];
    const rows = ["slow", "quick"].map((row) => Array.from({ length: 6 }, () => row));
    const all = inTurns(rows, 4, async (row) => {
      begun.push(row);
      if (row === "quick" && begun.filter((one) => one === "quick").length === 6) release(true);
      return row === "quick" || released;
    });
    await released;
    expect(begun.filter((one) => one === "slow")).to.have.length(2);
    await all;
    expect(begun).to.have.length(12);
  });

  it("are over for a row of which one has said no, and for no other", async () => {
    const done: string[] = [];
    const rows = [
      ["a1", "a2", "a3", "a4"],
      ["b1", "b2"],
    ];
    await inTurns(rows, 2, async (thing) => {
      done.push(thing);
      return thing !== "a2";
    });
    expect(done).to.have.members(["a1", "b1", "a2", "b2"]);
  });
});
