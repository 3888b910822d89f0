import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { abortAfter } from "../src/app/grace.ts";

describe("the time that is left to what is under way", () => {
  it("begins when the process is to end", async () => {
    const ending = new AbortController();
    using late = abortAfter(ending.signal, 20);
    await delay(40);
    expect(late.signal.aborted).to.equal(false);
    ending.abort();
    expect(late.signal.aborted).to.equal(false);
    using latest = abortAfter(ending.signal, 20);
    await delay(40);
    expect([late.signal.aborted, latest.signal.aborted]).to.deep.equal([true, true]);
  });

  it("leaves nothing behind, however many batches there were", () => {
    const ending = new AbortController();
    for (let batch = 0; batch < 3; batch++) {
      using _late = abortAfter(ending.signal, 20);
    }
    expect(getEventListeners(ending.signal, "abort")).to.deep.equal([]);
  });
});
