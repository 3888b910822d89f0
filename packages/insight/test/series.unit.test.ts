import { expect } from "chai";
import { parseScrape } from "../src/top/scrape.ts";
import { quantileOf, Series } from "../src/top/series.ts";
import { observation, part } from "./support/observations.ts";

const between = (before: string, after: string, part2: string | undefined = undefined) =>
  new Series(
    observation(0, [part("order", before)]),
    observation(10, [
      part("order", after),
      ...(part2 === undefined ? [] : [part("order.2", part2)]),
    ]),
  );

describe("Prometheus's text", () => {
  it("is read with its labels, escapes and infinities; comments are left out", () => {
    const text =
      '# TYPE a counter\na{b="c\\"d,\\\\",e=""} 1.5\na 2 1700000000\nb_bucket{le="+Inf"} +Inf\n';
    const scrape = parseScrape(text);
    expect(scrape.get("a")).to.deep.equal([
      { labels: { b: 'c"d,\\', e: "" }, value: 1.5 },
      { labels: {}, value: 2 },
    ]);
    expect(scrape.get("b_bucket")?.[0]?.value).to.equal(Number.POSITIVE_INFINITY);
  });
});

describe("what happened between two observations", () => {
  it("is a rate per second over all labels", () => {
    const series = between('n{a="1"} 5\nn{a="2"} 1', 'n{a="1"} 25\nn{a="2"} 2\nn{a="3"} 9');
    expect(series.rate({ metric: "n" })).to.equal(3);
    expect(series.rate({ metric: "n", labels: { a: "1" } })).to.equal(2);
    expect(series.rate({ metric: "n", labels: { a: /[23]/ } })).to.equal(1);
  });

  it("of a process that began anew is what it has counted since", () => {
    expect(between("n 100", "n 10").rate({ metric: "n" })).to.equal(1);
  });

  it("of a process that was not seen before is not guessed", () => {
    const series = between("n 0", "n 10", "n 1000");
    expect(series.rate({ metric: "n" })).to.equal(1);
    expect(series.rate({ metric: "n", part: "order.2" })).to.equal(undefined);
  });

  it("of what every replica tells alike is the largest", () => {
    const series = between("", 'open{state="PENDING"} 3', 'open{state="PENDING"} 4');
    expect([...series.largestBy("state", { metric: "open" })]).to.deep.equal([["PENDING", 4]]);
  });
});

describe("a percentile", () => {
  const buckets = [
    [0.1, 50],
    [0.5, 90],
    [1, 100],
    [Number.POSITIVE_INFINITY, 100],
  ] as const;

  it("lies evenly within its bucket", () => {
    expect(quantileOf(0.5, buckets)).to.equal(0.1);
    expect(quantileOf(0.7, buckets)).to.be.closeTo(0.3, 1e-9);
    expect(quantileOf(0.99, buckets)).to.be.closeTo(0.95, 1e-9);
  });

  it("beyond the last limit is that limit; of nothing is nothing", () => {
    expect(
      quantileOf(0.99, [
        [1, 10],
        [Number.POSITIVE_INFINITY, 1_000],
      ]),
    ).to.equal(1);
    expect(
      quantileOf(0.99, [
        [1, 0],
        [Number.POSITIVE_INFINITY, 0],
      ]),
    ).to.equal(undefined);
    expect(quantileOf(0.99, [])).to.equal(undefined);
  });

  it("is of what was counted between the observations", () => {
    const before = 'd_bucket{le="1"} 100\nd_bucket{le="2"} 100\nd_bucket{le="+Inf"} 100';
    const after = 'd_bucket{le="1"} 100\nd_bucket{le="2"} 110\nd_bucket{le="+Inf"} 110';
    expect(between(before, after).quantile(0.5, { metric: "d" })).to.equal(1.5);
  });
});
