import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { createLogger } from "@waybill/chassis";
import { freePort } from "@waybill/stack";
import { expect } from "chai";
import { connectMessaging } from "../src/index.ts";

describe("connecting to NATS", () => {
  it("tells no password when nobody answers, neither the log nor the caller", async () => {
    const lines = new PassThrough();
    const logger = createLogger("messaging-test", { level: "warn", format: "json" }, lines);
    const address = `127.0.0.1:${await freePort()}`;
    const failure = await connectMessaging({
      url: `nats://me:s3cret@${address}`,
      name: "test",
      logger,
      connectWithinMs: 500,
    }).catch((error: unknown) => error);
    lines.end();
    const told = [String(failure), await text(lines)];
    for (const one of told) {
      expect(one).to.include(`nats://***@${address}`).and.not.to.include("s3cret");
    }
  });
});
