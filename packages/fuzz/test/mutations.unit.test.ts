import { expect } from "chai";
import fc from "fast-check";
import { type Mutation, mutated, mutations } from "../src/inputs/mutations.ts";

const bytes = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
const after = (...changes: Mutation[]) => [...mutated(bytes, changes)];

describe("changes to bytes", () => {
  it("flip, set, cut, remove, insert, copy and double", () => {
    expect(after({ kind: "flip", at: 0, bit: 7 })[0]).to.equal(128);
    expect(after({ kind: "set", at: 0.5, byte: 255 })[5]).to.equal(255);
    expect(after({ kind: "cut", at: 0.3 })).to.deep.equal([0, 1, 2]);
    expect(after({ kind: "remove", from: 0.1, to: 0.9 })).to.deep.equal([0, 9]);
    const inserted = after({ kind: "insert", at: 0.1, bytes: Uint8Array.of(42) });
    expect(inserted.slice(0, 3)).to.deep.equal([0, 42, 1]);
    const copied = after({ kind: "copy", from: 0.8, to: 1, at: 0 });
    expect(copied).to.deep.equal([8, 9, ...bytes]);
    expect(after({ kind: "double" })).to.deep.equal([...bytes, ...bytes]);
  });

  it("follow each other, and leave the bytes that they begin with alone", () => {
    expect(after({ kind: "cut", at: 0.2 }, { kind: "double" })).to.deep.equal([0, 1, 0, 1]);
    expect(bytes).to.have.length(10);
  });

  it("are possible with any bytes, none included", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), mutations, (any, changes) => {
        expect(mutated(any, changes)).to.be.instanceOf(Uint8Array);
      }),
      { seed: 1 },
    );
  });
});
