import { ConfigError } from "@waybill/chassis";
import { expect } from "chai";
import { readConfig, retryRulesOf } from "../src/config.ts";

const env = { PORT: "0", DATABASE_URL: "postgres://localhost/waybill_workflow" };

describe("the workflow's configuration", () => {
  it("has defaults for all that is its own", () => {
    expect(readConfig(env)).to.include({
      CANCELLATION_WINDOW: 5_000,
      DECIDE_BY: 1_800_000,
      STUCK_AFTER: 60_000,
      BATCH_SIZE: 256,
      LANES: 2,
    });
  });

  it("refuses a window that outlasts the time to decide", () => {
    const wrong = { ...env, CANCELLATION_WINDOW: "1m", DECIDE_BY: "30s" };
    expect(() => readConfig(wrong)).to.throw(ConfigError, /DECIDE_BY is 30000 ms/);
  });

  it("retries from RETRY_FIRST to RETRY_CAP, and what is refused for good rarely", () => {
    const { delayMs, refusedDelayMs } = retryRulesOf(readConfig(env));
    expect(delayMs(1)).to.be.within(500, 1_000);
    expect(delayMs(3)).to.be.within(2_000, 4_000);
    expect(delayMs(1_000)).to.be.within(30_000, 60_000);
    expect(refusedDelayMs()).to.be.within(30_000, 60_000);
  });
});
