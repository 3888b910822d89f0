import { deadLettersStream, ordersStream } from "@waybill/contracts/events";
import { expect } from "chai";
import { readConfig } from "../src/config.ts";

const env = { PORT: "0", DATABASE_URL: "postgres://localhost/waybill_item" };

describe("item's configuration", () => {
  it("keeps fences for longer than an event can come back from DEAD_LETTERS", () => {
    const comesBackWithinMs = 2 * ordersStream.maxAgeMs + deadLettersStream.maxAgeMs;
    const { FENCE_RETENTION } = readConfig(env);
    expect(FENCE_RETENTION).to.be.above(comesBackWithinMs);
  });
});
