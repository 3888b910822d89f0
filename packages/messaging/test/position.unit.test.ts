import { expect } from "chai";
import { decodePosition, encodePosition, PositionGoneError } from "../src/position.ts";

describe("a position in a stream", () => {
  it("is text that can be put into a URL, and is read back", () => {
    const position = { created: new Date("2026-11-01T12:00:00.123Z"), sequence: 123_456_789_012n };
    const text = encodePosition(position);
    expect(text).to.match(/^[\w-]+$/);
    expect(decodePosition(text)).to.deep.equal(position);
  });

  it("is refused when it is none", () => {
    const foreign = Buffer.from("1.2.3").toString("base64url");
    for (const text of ["", "nonsense", foreign, "ä"]) {
      expect(() => decodePosition(text)).to.throw(PositionGoneError);
    }
  });
});
