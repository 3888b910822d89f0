import { expect } from "chai";
import fc from "fast-check";
import { connections, frame } from "../src/inputs/frames.ts";

describe("bytes for a port", () => {
  it("are frames as HTTP/2 has them, with a length that may lie", () => {
    const sent = frame(4, 1, 3, Uint8Array.of(7, 8));
    expect(sent.toString("hex")).to.equal("0000020401000000030708");
    expect(frame(0, 0, 1, Uint8Array.of(7), 255).readUIntBE(0, 3)).to.equal(256);
    expect(frame(0, 0, 1, Uint8Array.of(7), -2).readUIntBE(0, 3)).to.equal(0xffffff);
  });

  it("are nothing of HTTP/2, nearly it, and it with bad intentions", () => {
    const sample = fc.sample(connections("/waybill.order.v1.OrderService/GetOrder"), {
      seed: 1,
      numRuns: 400,
    });
    const greeting = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const texts = sample.map((bytes) => Buffer.from(bytes).toString("latin1"));
    const greeted = texts.filter((text) => text.startsWith(greeting));
    expect(greeted.length).to.be.within(150, 380);
    const calls = (text: string) =>
      text.split("/waybill.order.v1.OrderService/GetOrder").length - 1;
    expect(Math.max(...texts.map(calls)), "rapid resets").to.equal(300);
    expect(Math.max(...texts.map(({ length }) => length)), "floods").to.be.greaterThan(300_000);
  });
});
