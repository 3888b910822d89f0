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
    const begun = { slow: 0, quick: 0 };
    let slowMeanwhile = 0;
    const rows = (["slow", "quick"] as const).map((row) => Array.from({ length: 6 }, () => row));
    await inTurns(rows, 4, async (row) => {
      begun[row] += 1;
      if (begun.quick < 6) slowMeanwhile = begun.slow;
      else release(true);
      return row === "quick" || released;
    });
    expect(slowMeanwhile).to.equal(2);
    expect(begun).to.deep.equal({ slow: 6, quick: 6 });
  });

  it("leave a row all that those have had which are at their end", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<boolean>();
    let slow = 0;
    const rows = ["quick", "slow"].map((row) => Array.from({ length: 6 }, () => row));
    const all = inTurns(rows, 4, async (row) => {
      if (row === "slow" && ++slow === 4) release(true);
      return row === "quick" || released;
    });
    await released;
    expect(slow).to.equal(4);
    await all;
    expect(slow).to.equal(6);
  });

  it("end with the error of one that fails", async () => {
    const failed = inTurns([[1], [2]], 2, async (thing) => {
      if (thing === 2) throw new Error("No more");
      return true;
    });
    expect(await failed.catch(String)).to.equal("Error: No more");
  });

  it("are over at once when there is nothing", async () => {
    expect(await inTurns([[], []], 4, async () => true)).to.equal(undefined);
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
