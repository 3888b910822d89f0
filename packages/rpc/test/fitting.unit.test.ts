import { expect } from "chai";
import { countFitting, maxAnswerBytes } from "../src/index.ts";

describe("how many elements fit into one answer", () => {
  const third = maxAnswerBytes / 3;

  it("as many as there are, up to the limit and not beyond", () => {
    expect(countFitting([])).to.equal(0);
    expect(countFitting([third, third, third])).to.equal(3);
    expect(countFitting([third, third, third, 1])).to.equal(3);
    expect(countFitting([third, third + 1, third, 1])).to.equal(2);
  });

  it("the first one always, so that there is a way past it", () => {
    expect(countFitting([maxAnswerBytes + 1, 1])).to.equal(1);
  });
});
