import { expect } from "chai";
import { createLogger, repeat } from "../src/index.ts";

const logger = createLogger("test", { level: "silent", format: "json" });
const foreverMs = 60 * 60 * 1000;

/** Resolves when it was called `count` times. */
function countdown(count: number) {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  return {
    reached: promise,
    step: () => {
      left -= 1;
      if (left === 0) resolve();
    },
  };
}

describe("a background loop", () => {
  it("runs at once, then each interval", async () => {
    const { reached, step } = countdown(3);
    await using _ = repeat({ name: "test", intervalMs: 1, logger, run: async () => step() });
    await reached;
  });

  it("runs again at once while there is more to do", async () => {
    const { reached, step } = countdown(3);
    let runs = 0;
    await using _ = repeat({
      name: "test",
      intervalMs: foreverMs,
      logger,
      run: async () => {
        step();
        runs += 1;
        return { again: runs < 3 };
      },
    });
    await reached;
  });

  it("can be woken, also while it runs, but never runs twice at a time", async () => {
    const { reached, step } = countdown(3);
    let running = 0;
    let runs = 0;
    await using loop = repeat({
      name: "test",
      intervalMs: foreverMs,
      logger,
      run: async () => {
        running += 1;
        expect(running).to.equal(1);
        runs += 1;
        if (runs < 3) loop.wake();
        await new Promise(setImmediate);
        running -= 1;
        step();
      },
    });
    await reached;
  });

  it("goes on after an error, and logs it", async () => {
    const lines: string[] = [];
    const written = createLogger(
      "test",
      { level: "info", format: "json" },
      { write: (line) => void lines.push(line) },
    );
    const { reached, step } = countdown(2);
    await using _ = repeat({
      name: "sweeper",
      intervalMs: 1,
      logger: written,
      run: async () => {
        step();
        throw new Error("no luck");
      },
    });
    await reached;
    const line = JSON.parse(lines[0] ?? "{}");
    expect(line.msg).to.equal("sweeper failed, will try again");
    expect(line.error.message).to.equal("no luck");
  });

  it("tells the run under way to end, and waits for it, when disposed of", async () => {
    let ended = false;
    const loop = repeat({
      name: "test",
      intervalMs: 1,
      logger,
      run: (signal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => {
            ended = true;
            reject(signal.reason);
          });
        }),
    });
    await new Promise(setImmediate);
    await loop[Symbol.asyncDispose]();
    expect(ended).to.be.true;
  });

  it("ends with its signal, in the middle of a pause too", async () => {
    const controller = new AbortController();
    const { reached, step } = countdown(1);
    const loop = repeat({
      name: "test",
      intervalMs: foreverMs,
      signal: controller.signal,
      logger,
      run: async () => step(),
    });
    await reached;
    controller.abort(new Error("stop"));
    await loop[Symbol.asyncDispose]();
  });
});
