import { expect } from "chai";
import { createLogger, onTermination } from "../src/index.ts";

const logger = createLogger("test", { level: "silent", format: "json" });

describe("termination", () => {
  it("is told by the signal, once, and repeated deliveries of the same request are harmless", () => {
    const exits: number[] = [];
    using termination = onTermination({ logger, exit: (code) => exits.push(code) });
    expect(termination.signal.aborted).to.be.false;
    process.emit("SIGTERM", "SIGTERM");
    process.emit("SIGINT", "SIGINT");
    expect(termination.signal.aborted).to.be.true;
    expect(termination.signal.reason.message).to.equal("the process was asked to stop: SIGTERM");
    expect(exits).to.deep.equal([]);
  });

  it("is at once when asked for again later", async () => {
    const { promise: exited, resolve } = Promise.withResolvers<number>();
    using _ = onTermination({ logger, exit: resolve, sameRequestMs: 0 });
    process.emit("SIGINT", "SIGINT");
    process.emit("SIGINT", "SIGINT");
    expect(await exited).to.equal(1);
  });

  it("is no longer listened for after disposal", () => {
    const before = process.listenerCount("SIGTERM");
    onTermination({ logger })[Symbol.dispose]();
    expect(process.listenerCount("SIGTERM")).to.equal(before);
  });
});
