import { expect } from "chai";
import { packages, type Source } from "./support/repository.ts";

/** A file that is longer holds more than one thing. The style guide aims at 200, and at a median below 80. */
const maxLines = 300;
const aimedLines = 200;

const linesOf = ({ text }: Source): number => text.trimEnd().split("\n").length;

const sources = packages
  .flatMap((workspace) => workspace.sources)
  .filter(({ path }) => !path.includes("/test/"))
  .sort((a, b) => linesOf(b) - linesOf(a));

const percentile = (share: number): number => {
  const source = sources[Math.floor(sources.length * (1 - share))];
  return source === undefined ? 0 : linesOf(source);
};

const overAim = sources.filter((source) => linesOf(source) > aimedLines).length;
const figures = `median ${percentile(0.5)} lines, p90 ${percentile(0.9)}, ${overAim} of ${sources.length} above ${aimedLines}`;

describe("sizes", () => {
  it(`no source file is longer than ${maxLines} lines (${figures})`, () => {
    const tooLong = sources.filter((source) => linesOf(source) > maxLines);
    expect(tooLong.map((source) => `${source.path}: ${linesOf(source)} lines`)).to.deep.equal([]);
  });
});
