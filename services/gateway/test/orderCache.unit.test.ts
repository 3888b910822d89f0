import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { requestIdOf } from "../src/app/idempotency.ts";
import { OrderCache } from "../src/app/orderCache.ts";

describe("the order cache", () => {
  it("does not keep what was read before a write and answered after it", async () => {
    const cache = new OrderCache<string>();
    const slow = Promise.withResolvers<string>();
    const reading = cache.read("o", "alice", () => slow.promise);
    await cache.write("o", async () => {});
    slow.resolve("old");
    expect(await reading).to.equal("old");
    expect(await cache.read("o", "alice", async () => "new")).to.equal("new");
  });

  it("evicts the order also when the write fails, since it may have been done", async () => {
    const cache = new OrderCache<string>();
    await cache.read("o", "alice", async () => "old");
    const lost = () => Promise.reject(new Error("no answer"));
    await cache.write("o", lost).catch(() => {});
    expect(await cache.read("o", "alice", async () => "new")).to.equal("new");
  });

  it("forgets after its time, a second at most", async () => {
    const cache = new OrderCache<string>(20);
    await cache.read("o", "alice", async () => "old");
    await delay(40); // The passing of time is what is tested.
    expect(await cache.read("o", "alice", async () => "new")).to.equal("new");
  });
});

describe("the request_id of an Idempotency-Key", () => {
  it("is the key itself when it is an id, else its hash", () => {
    expect(requestIdOf("my-key_1")).to.equal("my-key_1");
    expect(requestIdOf("my key")).to.match(/^[\da-f]{64}$/);
    expect(requestIdOf("x".repeat(65))).to.have.length(64);
    expect(requestIdOf("my key")).to.not.equal(requestIdOf("my  key"));
  });
});
