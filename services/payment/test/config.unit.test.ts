import { loadConfig } from "@waybill/chassis";
import { deadLettersStream, ordersStream } from "@waybill/contracts/events";
import { expect } from "chai";
import { configSchema } from "../src/config.ts";

const env = {
  PORT: "0",
  DATABASE_URL: "postgres://localhost/waybill_payment",
  PROVIDER_DATABASE_URL: "postgres://localhost/waybill_provider",
};

describe("payment's configuration", () => {
  it("keeps fences for longer than an event can come back from DEAD_LETTERS", () => {
    const comesBackWithinMs = 2 * ordersStream.maxAgeMs + deadLettersStream.maxAgeMs;
    const { FENCE_RETENTION } = loadConfig(configSchema, env);
    expect(FENCE_RETENTION).to.be.above(comesBackWithinMs);
  });
});
