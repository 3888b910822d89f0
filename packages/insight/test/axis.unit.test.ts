import { expect } from "chai";
import { axisOf } from "../src/trace/axis.ts";

const columns = 41;

describe("the axis of time", () => {
  it("cuts out the time in which nothing was done, for one column", () => {
    const axis = axisOf(
      [
        { from: 0, to: 150 },
        { from: 50, to: 200 },
        { from: 5_200, to: 5_400 },
      ],
      columns,
    );
    expect(axis.gaps).to.deep.equal([{ from: 200, to: 5_200 }]);
    expect(axis.cuts).to.deep.equal([20]);
    expect(axis.columnsOf({ from: 0, to: 200 })).to.deep.equal({ first: 0, count: 20 });
    expect(axis.columnsOf({ from: 5_200, to: 5_400 })).to.deep.equal({ first: 21, count: 20 });
    expect(axis.columnsOf({ from: 5_300, to: 5_310 })).to.deep.equal({ first: 31, count: 1 });
  });

  it("leaves short pauses in: a gap is at least 5 % of the whole, or 100 ms", () => {
    const gapsOf = (pause: number, end: number) =>
      axisOf(
        [
          { from: 0, to: 10 },
          { from: 10 + pause, to: end },
        ],
        columns,
      ).gaps.length;
    expect(gapsOf(4.9, 100)).to.equal(0);
    expect(gapsOf(5, 100)).to.equal(1);
    expect(gapsOf(99, 100_000)).to.equal(0);
    expect(gapsOf(100, 100_000)).to.equal(1);
  });

  it("gives a span without a duration a column, the last one too", () => {
    const axis = axisOf(
      [
        { from: 0, to: 100 },
        { from: 100, to: 100 },
      ],
      columns,
    );
    expect(axis.columnsOf({ from: 100, to: 100 })).to.deep.equal({ first: 40, count: 1 });
    expect(axisOf([{ from: 5, to: 5 }], columns).columnsOf({ from: 5, to: 5 })).to.deep.equal({
      first: 0,
      count: 1,
    });
  });
});
