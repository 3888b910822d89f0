import { expect } from "chai";
import { contentHash } from "../src/index.ts";

describe("the content hash", () => {
  it("is the same whatever the order of members, at any depth", () => {
    expect(contentHash({ a: 1, b: [{ c: 2n, d: null }] })).to.equal(
      contentHash({ b: [{ d: null, c: 2n }], a: 1 }),
    );
  });

  it("tells values, types and the order of lists apart", () => {
    const hashes = [{ a: 1 }, { a: 1n }, { a: "1" }, { a: [1, 2] }, { a: [2, 1] }, { a: null }, {}];
    expect(new Set(hashes.map(contentHash)).size).to.equal(hashes.length);
  });

  it("takes an undefined member for an absent one", () => {
    expect(contentHash({ a: undefined })).to.equal(contentHash({}));
  });
});
