import { expect } from "chai";
import { backoff, sleep, sparingly } from "../src/index.ts";

describe("backoff", () => {
  const options = { firstMs: 100, capMs: 1_000 };

  it("doubles up to the cap", () => {
    const longest = [0, 1, 2, 3, 4, 1_000, 1e9].map((attempt) =>
      backoff(attempt, { ...options, random: () => 1 }),
    );
    expect(longest).to.deep.equal([100, 200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it("takes off up to a half, by chance", () => {
    expect(backoff(1, { ...options, random: () => 0 })).to.equal(100);
    expect(backoff(1, { ...options, random: () => 0.5 })).to.equal(150);
  });

  it("grows by another factor when told", () => {
    expect(backoff(2, { ...options, factor: 3, random: () => 1 })).to.equal(900);
  });
});

describe("sleep", () => {
  it("rejects with the signal's reason when the signal aborts, before or meanwhile", async () => {
    const reason = new Error("enough");
    expect(await sleep(60_000, AbortSignal.abort(reason)).catch((error) => error)).to.equal(reason);
    const controller = new AbortController();
    const sleeping = sleep(60_000, controller.signal).catch((error) => error);
    controller.abort(reason);
    expect(await sleeping).to.equal(reason);
  });

  it("resolves otherwise", async () => {
    await sleep(1, new AbortController().signal);
  });
});

describe("complaining sparingly", () => {
  it("lets the first one through, and then one per interval", () => {
    let time = 0;
    const heard: number[] = [];
    const complain = sparingly(
      100,
      (about: number) => heard.push(about),
      () => time,
    );
    for (const at of [0, 1, 99, 100, 101, 250]) {
      time = at;
      complain(at);
    }
    expect(heard).to.deep.equal([0, 100, 250]);
  });
});
